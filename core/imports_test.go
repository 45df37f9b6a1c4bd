package core_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"iter"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// module is the module's path in go.mod.
const module = "aidesk"

// maxLines is the length at which a file hides more than one idea.
const maxLines = 500

// table says what each package may import in its files that are not tests.
//
//   - package: a path from the module root; one/* is any package one below,
//     one/... is the package and all below. The first row that fits counts.
//   - in this module: paths from the root (core/ may be left out), the same
//     patterns, "everything", or – for nothing.
//   - third party: import paths with all below them, or – for nothing.
//
// A package that fits no row is a fault, so a new package begins with a
// decision here. Packages whose last element ends with "test" (conformance
// suites, helpers of tests) need no row: they may import anything, and only tests
// and each other import them, so that neither they nor testing are in the program.
const table = `
package                      | in this module                                                               | third party
core                         | –                                                                            | –
core/markdown                | –                                                                            | github.com/yuin/goldmark github.com/clipperhouse/displaywidth
core/model                   | –                                                                            | –
core/secret                  | –                                                                            | –
core/secret/workspace        | secret store                                                                 | –
core/egress                  | –                                                                            | code.dny.dev/ssrf
store                        | –                                                                            | –
core/chat                    | markdown                                                                     | –
core/openapi/plaintext       | –                                                                            | –
core/openapi/tree            | openapi/plaintext                                                            | go.yaml.in/yaml/v3
core/openapi/schema          | openapi/plaintext openapi/tree                                               | –
core/openapi/request         | openapi/plaintext openapi/tree openapi/schema                                | github.com/oapi-codegen/runtime
core/openapi/result          | openapi/plaintext openapi/tree                                               | golang.org/x/net/html
core/openapi/strict          | openapi/plaintext openapi/tree                                               | github.com/getkin/kin-openapi
core/openapi                 | openapi/plaintext openapi/tree openapi/schema openapi/request openapi/result | –
core/audit                   | secret store store/chain                                                     | –
core/audit/query             | audit                                                                        | –
core/policy                  | chat                                                                         | –
core/account                 | egress secret store                                                          | –
core/installation            | secret secret/workspace store                                                | –
core/preview                 | chat egress markdown                                                         | golang.org/x/net/html golang.org/x/text
core/model/search            | model                                                                        | –
core/model/middleware        | model model/search                                                           | –
core/model/wire              | model                                                                        | –
core/model/openai            | model model/wire                                                             | github.com/sashabaranov/go-openai
core/model/anthropic         | model model/wire                                                             | –
core/date                    | –                                                                            | –
core/schedule                | date                                                                         | github.com/robfig/cron
core/model/planner/utterance | date model model/search                                                      | –
core/model/planner           | model model/search model/planner/utterance                                   | –
core/model/script            | model                                                                        | –
core/grant                   | chat markdown openapi store                                                  | –
core/plugin                  | chat markdown openapi policy account egress grant store openapi/tree openapi/request | golang.org/x/sync
core/confirm                 | chat openapi plugin store                                                    | –
core/agent                   | chat markdown model model/search model/planner/utterance openapi plugin policy confirm preview store | –
store/chain                  | store                                                                        | –
store/bolt                   | store store/bolt/disk store/bolt/queue store/bolt/redo store/chain store/failpoint | go.etcd.io/bbolt
store/bolt/disk              | –                                                                            | –
store/bolt/redo              | store/bolt/disk                                                              | –
store/failpoint              | –                                                                            | –
store/bolt/queue             | store                                                                        | –
adapters/session             | chat markdown                                                                | –
adapters/slack               | chat markdown installation secret adapters/session adapters/slack/*           | github.com/slack-go/slack github.com/gorilla/websocket golang.org/x/time
adapters/slack/render        | chat markdown                                                                | github.com/slack-go/slack
adapters/slack/setup         | chat                                                                         | –
adapters/slack/payload       | –                                                                            | –
adapters/slack/install       | installation secret adapters/session adapters/slack/setup adapters/slack/webapi | –
adapters/slack/webapi        | adapters/session                                                             | github.com/slack-go/slack
adapters/discord/render      | chat markdown adapters/session                                               | github.com/bwmarrin/discordgo
adapters/discord/payload     | –                                                                            | –
adapters/discord/rest        | chat adapters/session                                                        | github.com/bwmarrin/discordgo
adapters/discord/gateway     | adapters/discord/rest adapters/session                                       | github.com/bwmarrin/discordgo github.com/gorilla/websocket
adapters/discord/setup       | chat adapters/discord/payload adapters/discord/render adapters/discord/rest adapters/session | github.com/bwmarrin/discordgo
adapters/discord             | chat markdown adapters/session adapters/discord/*                            | github.com/bwmarrin/discordgo
adapters/operator            | chat                                                                         | –
adapters/terminal            | chat markdown                                                                | golang.org/x/term
bots/bot                     | chat markdown account agent audit plugin policy schedule store                     | –
bots/outbox                  | bots/bot chat store store/failpoint                                          | –
bots/privacy                 | bots/bot bots/schedule audit chat grant store                                | –
bots/login                   | account markdown secret                                                      | –
bots/restore                 | bots/bot markdown agent audit confirm store                                         | –
bots/grants                  | bots/bot audit chat confirm grant markdown openapi plugin policy store        | –
bots/admin                   | bots/bot bots/grants audit chat markdown account plugin policy secret store audit/query | –
bots/command                 | bots/privacy bots/admin bots/bot bots/grants audit chat grant markdown model account agent plugin confirm secret store bots/schedule bots/admin/rule policy bots/usage bots/admin/registry | –
bots/inbox                   | bots/privacy bots/bot bots/command chat secret secret/workspace store store/failpoint bots/schedule | –
bots/second                  | bots/bot chat confirm markdown policy store                                  | –
bots/turn                    | bots/privacy bots/second bots/admin bots/bot bots/grants audit bots/command bots/inbox bots/outbox chat grant markdown model model/middleware agent openapi plugin policy confirm secret store store/failpoint bots/schedule bots/admin/rule bots/admin/registry | –
bots/schedule                | bots/bot audit chat markdown policy schedule store confirm | –
bots/usage                   | bots/admin bots/bot chat markdown policy store                               | –
bots/admin/registry          | bots/admin bots/bot bots/grants audit chat markdown account plugin policy store grant | –
bots/admin/rule              | bots/admin bots/bot bots/grants audit chat markdown openapi plugin policy store            | –
adapters/fake                | –                                                                            | –
adapters/fake/slack          | adapters/fake adapters/fake/slack/rule                                       | github.com/gorilla/websocket go.yaml.in/yaml/v3
adapters/fake/slack/rule     | –                                                                            | –
adapters/fake/discord        | adapters/fake adapters/fake/discord/rule                                     | github.com/gorilla/websocket
adapters/fake/discord/rule   | –                                                                            | –
bots                         | bots/privacy account chat grant plugin secret store bots/bot bots/grants bots/outbox bots/inbox bots/turn bots/schedule audit | –
cmd/exampleplugins/...       | cmd/exampleplugins/...                                                       | –
cmd/...                      | everything                                                                   | github.com/spf13/cobra github.com/goccy/go-yaml github.com/VictoriaMetrics/metrics charm.land/huh/v2 github.com/lmittmann/tint golang.org/x/term
`

// TestImports reads the sources themselves: a list asked of the go command
// would be invisible to go test's cache, which would go on saying ok.
func TestImports(t *testing.T) {
	for _, fault := range importFaults(os.DirFS(".."), table) {
		t.Error(fault)
	}
}

// TestImportsFaults shows that every rule can fail.
func TestImportsFaults(t *testing.T) {
	const doc = "// Package p is for something.\npackage p\n"
	const rows = `
package        | in this module | third party
core           | –              | –
core/chat      | –              | example.com/width
core/agent     | chat           | –
adapters/slack | chat           | example.com/slack
store          | –              | –
store/*        | store          | –
cmd/seeds/...  | cmd/seeds/...  | –
cmd/...        | everything     | example.com/flags
`
	tests := []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"all is well", map[string]string{
			"core/chat/chat.go":       doc + `import ("fmt"; "net/http"; "example.com/width/v2")`,
			"core/agent/agent.go":     doc + `import "aidesk/core/chat"`,
			"store/bolt/bolt.go":      doc + `import "aidesk/store"`,
			"store/storetest/run.go":  doc + `import ("testing"; "aidesk/store/bolt"; "example.com/any"; "aidesk/adapters/adaptertest")`,
			"cmd/desk/main.go":        "// The program.\npackage main\n" + `import ("aidesk/core/agent"; "example.com/flags")`,
			"cmd/seeds/one/one.go":    doc + `import "aidesk/cmd/seeds/two"`,
			"core/chat/chat_test.go":  "package chat_test\n" + `import ("aidesk/core/agent"; "example.com/any")`,
			"core/chat/testdata/x.go": "package x\n" + `import "example.com/any"`,
			"bench/go.mod":            "module elsewhere\n",
			"bench/main.go":           "package main\n" + `import "example.com/any"`,
			".bin/x.go":               "package x\n",
		}, nil},
		{"a package that the table does not allow", map[string]string{
			"core/chat/chat.go": doc + `import "aidesk/core/agent"`,
		}, []string{"core/chat/chat.go:3: core/chat may not import core/agent"}},
		{"a package that only the program may import", map[string]string{
			"adapters/slack/slack.go": doc + `import "aidesk/adapters/discord"`,
		}, []string{"adapters/slack/slack.go:3: adapters/slack may not import adapters/discord"}},
		{"a subpackage of an allowed package", map[string]string{
			"core/agent/agent.go": doc + `import "aidesk/core/chat/wire"`,
		}, []string{"core/agent/agent.go:3: core/agent may not import core/chat/wire"}},
		{"the module's root", map[string]string{
			"core/chat/chat.go": doc + `import "aidesk"`,
		}, []string{"core/chat/chat.go:3: core/chat may not import aidesk"}},
		{"third party without leave", map[string]string{
			"core/agent/agent.go": doc + `import "example.com/width"`,
		}, []string{"core/agent/agent.go:3: core/agent may not import example.com/width"}},
		{"a name that only begins like one", map[string]string{
			"core/chat/chat.go": doc + `import "example.com/widthwise"`,
		}, []string{"core/chat/chat.go:3: core/chat may not import example.com/widthwise"}},
		{"C", map[string]string{
			"core/chat/chat.go": doc + `import "C"`,
		}, []string{"core/chat/chat.go:3: core/chat may not import C"}},
		{"an example plugin that knows aidesk", map[string]string{
			"cmd/seeds/one/one.go": doc + `import "aidesk/core/chat"`,
		}, []string{"cmd/seeds/one/one.go:3: cmd/seeds/one may not import core/chat"}},
		{"a test package in what ships", map[string]string{
			"store/bolt/bolt.go": doc + `import "aidesk/store/storetest"`,
		}, []string{"store/bolt/bolt.go:3: store/bolt may not import store/storetest"}},
		{"a test package in the program", map[string]string{
			"cmd/desk/main.go": doc + `import "aidesk/store/storetest"`,
		}, []string{"cmd/desk/main.go:3: cmd/desk may not import store/storetest"}},
		{"the packages of tests in the program", map[string]string{
			"cmd/desk/main.go": doc + `import ("testing"; "testing/fstest")`,
		}, []string{"cmd/desk/main.go:3: cmd/desk may not import testing", "cmd/desk/main.go:3: cmd/desk may not import testing/fstest"}},
		{"a file for another system", map[string]string{
			"core/chat/chat_plan9.go": "//go:build plan9\n\n" + doc + `import "aidesk/core/agent"`,
		}, []string{"core/chat/chat_plan9.go:5: core/chat may not import core/agent"}},
		{"a package that the table does not know", map[string]string{
			"core/memory/memory.go": doc,
			"core/memory/more.go":   "package memory\n",
		}, []string{"core/memory: no row in the table of core/imports_test.go"}},
		{"a package without a comment", map[string]string{
			"core/chat/chat.go":           "package chat\n",
			"core/chat/chat_test.go":      doc,
			"adapters/adaptertest/run.go": "package adaptertest\n",
		}, []string{
			"adapters/adaptertest: no package comment says what it is for",
			"core/chat: no package comment says what it is for",
		}},
		{"a file too long", map[string]string{
			"core/chat/chat.go":      doc + strings.Repeat("\n", maxLines-2),
			"core/chat/long.go":      "package chat\n" + strings.Repeat("\n", maxLines),
			"core/chat/long_test.go": "package chat\n" + strings.Repeat("\n", 2*maxLines),
		}, []string{"core/chat/long.go: 501 lines; split it by idea (500 at most)"}},
		{"a file that does not parse", map[string]string{
			"core/chat/chat.go": "// Package chat.\npackage",
		}, []string{"core/chat/chat.go:2:8: expected 'IDENT', found 'EOF'"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			tree := fstest.MapFS{}
			for name, text := range test.files {
				tree[name] = &fstest.MapFile{Data: []byte(text)}
			}
			got := importFaults(tree, rows)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

// importFaults holds every file of tree that is not a test against rows.
func importFaults(tree fs.FS, rows string) []string {
	var faults []string
	documented := map[string]bool{} // by package
	for file := range sources(tree) {
		if file.err != nil {
			faults = append(faults, file.err.Error())
			continue
		}
		dir := path.Dir(file.name)
		documented[dir] = documented[dir] || file.syntax.Doc.Text() != ""
		if file.lines > maxLines {
			faults = append(faults, fmt.Sprintf("%s: %d lines; split it by idea (%d at most)", file.name, file.lines, maxLines))
		}
		allowed, ok := lookup(rows, dir)
		if !ok {
			faults = append(faults, dir+": no row in the table of core/imports_test.go")
			continue
		}
		for _, spec := range file.syntax.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			if !allowed.holds(imported) {
				faults = append(faults, fmt.Sprintf("%s:%d: %s may not import %s",
					file.name, file.set.Position(spec.Pos()).Line, dir, strings.TrimPrefix(imported, module+"/")))
			}
		}
	}
	for dir, ok := range documented {
		if !ok {
			faults = append(faults, dir+": no package comment says what it is for")
		}
	}
	slices.Sort(faults)
	return slices.Compact(faults)
}

// row is what one package may import.
type row struct {
	everything bool     // in this module
	test       bool     // it is a …test package
	inModule   []string // patterns, from the module root
	thirdParty []string // import paths
}

// lookup finds the row of the package in dir.
func lookup(rows, dir string) (row, bool) {
	if isTest(dir) {
		return row{everything: true, test: true}, true
	}
	known := map[string][]string{}
	var order []string
	for line := range strings.Lines(rows) {
		if cells := strings.Split(line, "|"); len(cells) == 3 {
			name := strings.TrimSpace(cells[0])
			known[name], order = cells, append(order, name)
		}
	}
	for _, name := range order {
		if !matches(name, dir) {
			continue
		}
		var r row
		for word := range strings.FieldsSeq(known[name][1]) {
			if _, short := known["core/"+word]; short {
				word = "core/" + word
			}
			r.everything = r.everything || word == "everything"
			r.inModule = append(r.inModule, word)
		}
		r.thirdParty = strings.Fields(known[name][2])
		return r, true
	}
	return row{}, false
}

// holds reports whether the package whose row this is may import the path.
func (r row) holds(imported string) bool {
	if r.test {
		return true
	}
	inner, inModule := strings.CutPrefix(imported, module+"/")
	first, _, _ := strings.Cut(imported, "/")
	switch {
	case inModule && isTest(inner), first == "testing":
		return false
	case inModule:
		return r.everything || slices.ContainsFunc(r.inModule, func(pattern string) bool { return matches(pattern, inner) })
	case imported == module || imported == "C":
		return false
	case !strings.Contains(first, "."):
		return true // the standard library
	}
	return slices.ContainsFunc(r.thirdParty, func(owned string) bool { return matches(owned+"/...", imported) })
}

// isTest reports whether the package is written for tests alone.
func isTest(dir string) bool { return strings.HasSuffix(path.Base(dir), "test") }

// matches reports whether a package fits a pattern of the table.
func matches(pattern, dir string) bool {
	if above, ok := strings.CutSuffix(pattern, "/..."); ok {
		return dir == above || strings.HasPrefix(dir, above+"/")
	}
	ok, err := path.Match(pattern, dir)
	return ok && err == nil
}

// source is one parsed Go file that is not a test, or the reason why it is none.
type source struct {
	name   string // from the module root, with slashes
	lines  int
	set    *token.FileSet
	syntax *ast.File
	err    error
}

// sources yields the Go files of a module that are not tests, whatever system
// they are for. What the go command ignores is left out: testdata, folders
// that begin with a dot or underscore, modules within the module.
func sources(tree fs.FS) iter.Seq[source] {
	return func(yield func(source) bool) {
		err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if entry.IsDir() {
				if name != "." && ignored(tree, name) {
					return fs.SkipDir
				}
				return nil
			}
			if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return nil
			}
			text, err := fs.ReadFile(tree, name)
			if err != nil {
				return err
			}
			file := source{name: name, lines: bytes.Count(text, []byte("\n")), set: token.NewFileSet()}
			file.syntax, file.err = parser.ParseFile(file.set, name, text, parser.ParseComments)
			if !yield(file) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield(source{err: err})
		}
	}
}

// ignored reports whether the go command passes over the folder.
func ignored(tree fs.FS, name string) bool {
	base := path.Base(name)
	if base == "testdata" || base[0] == '.' || base[0] == '_' {
		return true
	}
	_, err := fs.Stat(tree, path.Join(name, "go.mod"))
	return err == nil
}
