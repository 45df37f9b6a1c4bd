package openapi

import "time"

// Limits of reading. A document beyond one of the first group is refused.
const (
	MaxBytes     = 8 << 20 // of one document
	maxNodes     = 500_000 // of one document's tree, aliases expanded
	maxWeight    = 400_000 // of YAML: the same, estimated before parsing
	maxDepth     = 64      // nesting of one document's tree
	maxDocuments = 16      // other documents that references may load
	maxFetched   = 16 << 20

	maxMerged     = 300_000 // properties that allOf copies
	maxParameters = 300     // of one operation
	maxChain      = 32      // references that lead to references
	maxOperations = 5_000   // of one document
	maxSchemas    = 60_000  // read for one document
	maxNesting    = 200     // of schemas within schemas while reading
	maxVisits     = 300_000 // of schemas, by all operations together
	maxNotes      = 40      // of one operation; 200 of the document
	maxDocNotes   = 200
	maxProperties = 1_000 // of one schema
	maxPattern    = 1_000 // characters of one regular expression that is checked
)

// Limits of what goes to a model.
const (
	MaxContent = 8 << 10 // bytes of a Result's content

	maxName         = 64
	maxToolTokens   = 1_000
	maxSchemaDepth  = 5
	maxEnum         = 40
	maxDescription  = 300 // characters: of an operation
	maxFieldText    = 200 // of a parameter or property
	maxUtterances   = 8
	maxUtterance    = 200
	maxSampleValues = 200 // values in one sample
)

// Limits of arguments and requests.
const (
	MaxArguments = 256 << 10 // bytes of arguments
	maxURL       = 16 << 10
	maxSteps     = 200_000 // schemas applied to one set of arguments
	maxFaults    = 8       // reported of one set of arguments
)

// Limits of shaping.
const (
	maxText      = 500 // characters of one string
	maxEntries   = 25  // of one array
	maxShapeDeep = 8
	maxLinks     = 1_000
	maxFailure   = 2 << 10 // bytes of an error's content
)

// checkTime is how long the self-check of one request may take.
const checkTime = 2 * time.Second
