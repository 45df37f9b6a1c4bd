package script_test

import (
	"context"
	"fmt"

	"aidesk/core/model"
	"aidesk/core/model/script"
)

// A script is a model that answers each request by its next step: for tests, and for
// trying a desk without a language model.
func ExampleNew() {
	var m model.Model = script.New(script.Call("list__addItem", `{"text": "milk"}`), script.Say("Added."))
	for range 2 {
		response, err := m.Generate(context.Background(), &model.Request{}, nil)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println("stop:", response.Stop)
		for _, call := range response.Message.CallsOf() {
			fmt.Println(call.Name, string(call.Args))
		}
		fmt.Println(response.Message.TextOf())
	}
	// Output:
	// stop: calls
	// list__addItem {"text": "milk"}
	//
	// stop: end
	// Added.
}
