package secret_test

import (
	"fmt"

	"aidesk/core/secret"
)

// The first key of a Ring seals, all open. What is sealed for one path opens under no other.
func ExampleRing_Seal() {
	ring, err := secret.Parse([]string{secret.Generate("2026"), secret.Generate("2025")})
	if err != nil {
		fmt.Println(err)
		return
	}
	sealed, err := ring.Seal("accounts/ada", []byte("token"))
	if err != nil {
		fmt.Println(err)
		return
	}
	value, err := ring.Open("accounts/ada", sealed)
	fmt.Println(string(value), err)
	_, err = ring.Open("accounts/ben", sealed)
	fmt.Println("for another path:", err != nil)
	fmt.Println(ring)
	// Output:
	// token <nil>
	// for another path: true
	// keys 2026, 2025
}
