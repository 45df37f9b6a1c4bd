package schema

// Limits of reading schemas.
const (
	maxMerged     = 300_000   // properties copied by allOf
	maxMergeSteps = 2_000_000 // of what else allOf joins
	maxFixed      = 1_000     // values within one value of const or enum
	maxExample    = 500       // values within one example or default
	maxPatterns   = 1 << 20   // characters of all patterns of a document that are checked
	maxSchemas    = 60_000    // read for one document
	maxNesting    = 200       // of schemas within schemas while reading
	maxVisits     = 300_000   // of schemas, by all operations together
	maxSigned     = 32 << 20  // bytes of names and values in fingerprints, by all operations together
	maxProperties = 1_000     // of one schema
	maxPattern    = 1_000     // characters of one regular expression that is checked
)

// Limits of what goes to a model.
const (
	maxEnum          = 40
	maxEnumText      = 2_000                   // bytes of the values of an enum
	maxMeaning       = 60                      // characters of what one value of an enum means
	maxMeanings      = 400                     // bytes of what all of them mean
	maxNamed         = 50                      // choices whose properties have an order and a title on a card
	maxShown         = 100                     // characters of the name of a property
	leastSize        = len(`{"type":"array"}`) // bytes of a value that is drawn
	leastName        = len(`"":`)
	maxChoiceDepth   = 8         // of choices within choices that are drawn
	maxConsidered    = 20_000    // properties of one drawing, drawn or left out
	maxSampleValues  = 200       // values in one sample
	maxSampleSteps   = 20_000    // of checking what one sample is made of, see maxSteps
	leastSampleSteps = 400       // the same of one of very many operations
	allSampleSteps   = 1_000_000 // of the samples of all operations
	maxSampleText    = 20_000    // characters of texts that are made longer in one sample
)

// Limits of checking one set of arguments.
const (
	maxSteps     = 200_000 // schemas applied, and what costs as much
	maxFaults    = 8       // reported
	maxLists     = 4       // made of single values, within one another
	maxPath      = 2_000   // bytes of the position of one fault
	maxChoices   = 1_000   // of anyOf, with theirs, that are searched for a property
	patternSteps = 200     // for compiling a regular expression
)
