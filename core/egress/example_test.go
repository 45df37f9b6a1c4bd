package egress_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"aidesk/core/egress"
)

// A Guard reaches public addresses only. What the operator allowed beside them is
// reached exactly as it is written.
func ExampleGuard_Do() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }))
	defer server.Close()
	ask := func(rules egress.Rules) (string, error) {
		guard, err := egress.New(rules)
		if err != nil {
			return "", err
		}
		response, _, err := guard.Do(context.Background(), "todo", egress.Request{Method: http.MethodGet, URL: server.URL})
		return string(response.Body), err
	}

	_, err := ask(egress.Rules{})
	fmt.Println("refused:", errors.Is(err, egress.ErrRefused))
	body, err := ask(egress.Rules{AllowHosts: []string{strings.TrimPrefix(server.URL, "http://")}})
	fmt.Println("allowed:", body, err)
	// Output:
	// refused: true
	// allowed: hello <nil>
}
