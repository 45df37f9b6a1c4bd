package plugin

// What members read of forms of operations.
const (
	textSubmit = "Go on"
	textMore   = "More, as JSON"
)
