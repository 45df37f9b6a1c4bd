package openapi

// Limits of reading.
const (
	maxParameters = 300   // of one operation
	maxOperations = 5_000 // of one document
	maxNotes      = 40    // of one operation; 200 of the document
	maxDocNotes   = 200
)

// Limits of what goes to a model.
const (
	maxToolTokens  = 1_000
	maxSchemaDepth = 5
	maxFieldText   = 200 // characters: of a parameter or property
	maxDescription = 300 // characters: of an operation
	maxUtterances  = 8
	maxUtterance   = 200
)
