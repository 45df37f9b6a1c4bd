package account_test

import (
	"errors"
	"fmt"

	"aidesk/core/account"
	"aidesk/core/egress"
)

// A credential goes where its slots say, to the hosts of its account and to no other; and
// what a plugin echoes of it is hidden.
func ExampleCredential_Add() {
	credential := account.Credential{"key": "k-123456"}
	slots := []account.Slot{{Field: "key", In: "header", Name: "Authorization", Prefix: "Token token="}}

	request := egress.Request{Method: "GET", URL: "https://api.example/todos"}
	err := credential.Add(&request, slots, []string{"api.example"})
	fmt.Println(request.Header.Get("Authorization"), err)

	elsewhere := egress.Request{Method: "GET", URL: "https://evil.example/todos"}
	err = credential.Add(&elsewhere, slots, []string{"api.example"})
	fmt.Println(errors.Is(err, account.ErrHost))

	fmt.Println(credential, account.Hide(`{"you sent": "Token token=k-123456"}`, credential))
	// Output:
	// Token token=k-123456 <nil>
	// true
	// map[key:***] {"you sent": "Token token=***"}
}
