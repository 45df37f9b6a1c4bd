package request

import "time"

// Limits of arguments and requests.
const (
	MaxArguments = 256 << 10 // bytes of arguments
	maxURL       = 16 << 10
)

// checkTime is how long the self-check of one request may take.
const checkTime = 2 * time.Second
