// Package discord brings aidesk to Discord: [Adapter] is the way in and out, and its tour
// stands there. Package render writes what Discord is sent and payload reads what it sends;
// rest and gateway are the two ways there; setup helps an operator with the application.
package discord
