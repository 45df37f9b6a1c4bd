package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

// asProgram makes the test binary the program itself, for tests that kill it.
const asProgram = "AIDESK_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	testscript.Main(leakFree{m}, map[string]func(){
		"aidesk": func() { os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// leakFree runs the tests and then looks for goroutines that outlived what they served.
type leakFree struct{ *testing.M }

func (m leakFree) Run() int {
	code := m.M.Run()
	http.DefaultClient.CloseIdleConnections()
	if code == 0 {
		// discordgo holds its lock and sleeps for a second when it closes a connection.
		closing := []goleak.Option{
			goleak.IgnoreAnyFunction("github.com/bwmarrin/discordgo.(*Session).CloseWithCode"),
			goleak.IgnoreAnyFunction("github.com/bwmarrin/discordgo.(*Session).listen"),
		}
		if err := goleak.Find(closing...); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return code
}

// TestScripts runs the program as a person does: testdata/script holds what is
// typed and what must, and must not, be read.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script"})
}
