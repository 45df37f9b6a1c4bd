// Package setup asks an operator what the program needs to know, writes the
// configuration from the answers, and says what to do next: aidesk init.
package setup
