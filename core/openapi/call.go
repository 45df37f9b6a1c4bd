package openapi

import "aidesk/core/openapi/schema"

// ArgumentError says which argument of a call is wrong.
type ArgumentError = schema.ArgumentError
