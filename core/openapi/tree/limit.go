package tree

// Limits of one document's tree. What goes beyond them is refused.
const (
	MaxBytes     = 8 << 20 // of one document
	maxNodes     = 500_000 // of one document's tree, aliases expanded
	maxWeight    = 400_000 // of YAML: the same, estimated before parsing
	maxDepth     = 64      // nesting of one document's tree
	maxDocuments = 16      // other documents that references may load
	maxFetched   = 16 << 20
	maxChain     = 32     // references that lead to references
	maxSmall     = 20_000 // values of a text that is no OpenAPI document
)
