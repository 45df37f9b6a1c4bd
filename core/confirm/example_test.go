package confirm_test

import (
	"errors"
	"fmt"
	"time"

	"aidesk/core/confirm"
	"aidesk/core/plugin"
)

// Decide judges a press on a card: only the member who asked decides, once, in time.
func ExampleDecide() {
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	call := plugin.Call{Plugin: "todo.example.com", Human: "Todo", Operation: "addItem", Write: true}
	action := confirm.New(call, nil, func() string { return "a1" }, now.Add(confirm.Life))
	action.Member, action.Name = "U1", "Ada"

	_, err := confirm.Decide(action, confirm.Press{Member: "U2", At: now, Yes: true})
	fmt.Println("somebody else is refused:", err != nil)
	state, err := confirm.Decide(action, confirm.Press{Member: "U1", At: now.Add(time.Minute), Yes: true})
	fmt.Println("the asker:", state, err)
	_, err = confirm.Decide(action, confirm.Press{Member: "U1", At: now.Add(confirm.Life), Yes: true})
	refusal, ok := errors.AsType[*confirm.Refusal](err)
	fmt.Println("too late:", ok && refusal.Late)
	// Output:
	// somebody else is refused: true
	// the asker: approved <nil>
	// too late: true
}
