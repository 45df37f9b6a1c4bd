// Package schema reads the schemas of an OpenAPI document: what may be sent.
//
// Schemas are a graph, read once and shared by all operations, cycles and all
// (Reader). "allOf" is merged afterwards, so that nothing that follows knows it.
// Drawing renders the graph as a JSON Schema for a model's tool, with cycles cut and
// within a size. Faults converts a value to what its schema wants (Coerce) and says
// what is still wrong with it (Check), both against the whole graph. Sampler makes a
// value that fits.
package schema
