package schema

// Limits of reading schemas.
const (
	maxMerged     = 300_000 // properties copied by allOf
	maxSchemas    = 60_000  // read for one document
	maxNesting    = 200     // of schemas within schemas while reading
	maxVisits     = 300_000 // of schemas, by all operations together
	maxProperties = 1_000   // of one schema
	maxPattern    = 1_000   // characters of one regular expression that is checked
)

// Limits of what goes to a model.
const (
	maxEnum         = 40
	maxSampleValues = 200 // values in one sample
)

// Limits of checking one set of arguments.
const (
	maxSteps  = 200_000 // schemas applied
	maxFaults = 8       // reported
)
