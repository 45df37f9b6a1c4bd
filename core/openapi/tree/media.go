package tree

import "strings"

// MediaType is a media type without parameters, in lower case.
func MediaType(media string) string {
	media, _, _ = strings.Cut(media, ";")
	media, _, _ = strings.Cut(media, ",")
	return strings.ToLower(strings.TrimSpace(media))
}

func IsJSON(name string) bool {
	return name == "application/json" || name == "text/json" || name == "text/x-json" || name == "application/javascript+json" || strings.HasSuffix(name, "+json")
}
