package hostiletest

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	discord "aidesk/adapters/discord/render"
	slack "aidesk/adapters/slack/render"
	"aidesk/core/chat"
	"aidesk/core/confirm"
	"aidesk/core/openapi"
	"aidesk/core/plugin"
)

// What one document may cost, with everything that is made of it.
const (
	maxCPU    = time.Second
	maxMemory = 100 << 10 // KiB above an idle child
	patience  = time.Minute
)

// childSeeds names the variable that makes this test binary a child: the seeds to work.
const childSeeds = "AIDESK_HOSTILE_SEEDS"

// TestMain works the seeds in the environment, if there are some, and runs the tests else.
func TestMain(m *testing.M) {
	list, child := os.LookupEnv(childSeeds)
	if !child {
		os.Exit(m.Run())
	}
	for word := range strings.FieldsSeq(list) {
		seed, err := strconv.ParseUint(word, 10, 64)
		if err != nil {
			panic(err)
		}
		before := cpu(syscall.RUSAGE_SELF)
		fmt.Println("begin", seed)
		work(seed)
		fmt.Println("end", seed, (cpu(syscall.RUSAGE_SELF) - before).Microseconds())
	}
}

func cpu(who int) time.Duration {
	var r syscall.Rusage
	if err := syscall.Getrusage(who, &r); err != nil {
		panic(err)
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// work does with the document of a seed what aidesk does with a plugin. It panics if
// something is not as promised.
func work(seed uint64) {
	g := newGenerator(seed)
	document := g.document()
	if dir := os.Getenv("AIDESK_HOSTILE_DUMP"); dir != "" {
		_ = os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.json", seed)), []byte(document), 0o600)
	}
	work := workDocument([]byte(document), g.arguments())
	media, body := g.answer()
	work(openapi.Response{Status: 200, ContentType: media, Body: []byte(body)})
}

// workDocument reads a document and works its operations: all are drawn, some are called.
// It returns what works an answer.
func workDocument(document []byte, arguments []string) func(openapi.Response) {
	nothing := func(openapi.Response) {}
	doc, err := openapi.Read(context.Background(), openapi.Source{Data: document, URL: "https://a.example/openapi.json"}, openapi.Options{})
	if err != nil {
		if strings.Contains(err.Error(), "report it") {
			panic(err)
		}
		return nothing
	}
	p := &plugin.Plugin{Manifest: plugin.Manifest{NameForModel: "shop", NameForHuman: "Shop"}, Document: doc}
	p.ID, p.Name = "a.example", "shop"
	report := p.Report()
	if _, err := json.Marshal(report); err != nil {
		panic(err)
	}
	for i, o := range doc.Operations[:min(8, len(doc.Operations))] {
		for _, n := range o.Notes {
			if n.Code == "unreadable" {
				panic(n.Message)
			}
		}
		workForm(p, o)
		all := append([]string{string(o.Tool("shop").Sample)}, arguments...)
		if i > 1 {
			all = all[:2]
		}
		for _, args := range all {
			workCall(p, o, json.RawMessage(args))
		}
	}
	if len(doc.Operations) == 0 {
		return nothing
	}
	return func(r openapi.Response) {
		if got := doc.Operations[0].Shape(r); len(got.Content) > 8<<10 {
			panic("the content of an answer is too long")
		}
	}
}

// workForm makes the form of an operation, shows it everywhere and reads it back.
func workForm(p *plugin.Plugin, o *openapi.Operation) {
	for _, args := range []json.RawMessage{nil, o.Tool("shop").Sample} {
		f := plugin.Form("f", p, o, args)
		values := map[string]string{}
		for _, in := range f.Inputs {
			values[in.Name] = in.Value
		}
		if args, err := plugin.FormArgs(o, values); err == nil {
			_, err = p.Call(o, args)
			_ = plugin.FormFaults(cmp.Or(err, plugin.ErrMore), values)
		}
		_, _ = slack.Modal(f, chat.Place{}) // it may be too large to be shown
		for number := 1; ; number++ {
			if _, page, err := discord.Form(f, number); err != nil || number >= page.Of {
				break
			}
		}
	}
}

// workCall builds a call and shows its card.
func workCall(p *plugin.Plugin, o *openapi.Operation, args json.RawMessage) {
	values := o.Arguments(args)
	call, err := p.Call(o, args)
	if err != nil {
		return
	}
	if confirm.Fits(call, values) != nil {
		return
	}
	a := confirm.New(call, values, func() string { return "id" }, time.Unix(0, 0))
	if err := show(confirm.Card(a)); err != nil {
		panic(err)
	}
}

// child works seeds in another process. at is the one that took longest; what is empty, or
// says what went wrong.
func child(t *testing.T, seeds []uint64) (memory int64, slowest time.Duration, at uint64, what string) {
	t.Helper()
	var list strings.Builder
	for _, s := range seeds {
		fmt.Fprintf(&list, "%d ", s)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c := exec.CommandContext(ctx, os.Args[0])
	c.Env = append(os.Environ(), childSeeds+"="+list.String(), "GOTRACEBACK=single")
	var said, failed bytes.Buffer
	c.Stdout, c.Stderr = &said, &failed
	err := c.Run()
	lines := bufio.NewScanner(&said)
	for lines.Scan() {
		if words := strings.Fields(lines.Text()); words[0] == "end" {
			us, _ := strconv.ParseInt(words[2], 10, 64)
			if took := time.Duration(us) * time.Microsecond; took > slowest {
				slowest = took
				at, _ = strconv.ParseUint(words[1], 10, 64)
			}
		}
	}
	if usage, ok := c.ProcessState.SysUsage().(*syscall.Rusage); ok {
		memory = usage.Maxrss
	}
	switch {
	case ctx.Err() != nil:
		what = "it did not end"
	case err != nil:
		what = fmt.Sprintf("%v: %.2000s", err, failed.String())
	}
	return memory, slowest, at, what
}

// batch is how many documents one child works. A child that needs too much does it again
// one by one.
const batch = 25

// TestHostile works generated documents in children: AIDESK_HOSTILE of them, else 100,
// from the seed AIDESK_HOSTILE_FROM on.
func TestHostile(t *testing.T) {
	if testing.Short() || raced {
		t.Skip("it measures many processes")
	}
	count, from := number(t, "AIDESK_HOSTILE", 100), number(t, "AIDESK_HOSTILE_FROM", 0)
	idle, _, _, what := child(t, nil)
	if what != "" {
		t.Fatal(what)
	}
	var longest time.Duration
	var most int64
	defer func() {
		t.Logf("of %d documents the slowest took %v of CPU; a child that worked %d of them held at most %d MiB above an idle one", count, longest, batch, most>>10)
	}()
	for first := from; first < from+count; first += batch {
		var seeds []uint64
		for s := first; s < min(first+batch, from+count); s++ {
			seeds = append(seeds, s)
		}
		memory, slowest, at, what := child(t, seeds)
		most = max(most, memory-idle)
		if slowest > longest {
			longest = slowest
			t.Logf("seed %d: %v of CPU", at, slowest)
		}
		if what == "" && slowest <= maxCPU && memory <= idle+maxMemory {
			continue
		}
		for _, s := range seeds {
			memory, slowest, _, what := child(t, []uint64{s})
			if what == "" && slowest > maxCPU { // once more: the machine may have been busy
				memory, slowest, _, what = child(t, []uint64{s})
			}
			if what != "" || slowest > maxCPU || memory > idle+maxMemory {
				t.Errorf("seed %d: %v of CPU, %d MiB above an idle child %s", s, slowest, (memory-idle)>>10, what)
			}
		}
	}
}

func number(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text, given := os.LookupEnv(name)
	if !given || text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}
