package eval

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"aidesk/core/agent"
	"aidesk/core/markdown"
)

// Verdict is how a question came out.
type Verdict string

// The verdicts, the best first.
const (
	Right     Verdict = "right"
	Wrong     Verdict = "wrong"
	Forbidden Verdict = "forbidden" // a call was made that must never be
	Failed    Verdict = "failed"    // the model gave no answer
	Unasked   Verdict = "not asked" // because the bound of tokens or money was reached
)

// Call is a call that a model would have made.
type Call struct {
	Operation string          `json:"operation"` // its full name
	Arguments json.RawMessage `json:"arguments"`
	Asks      bool            `json:"asks,omitempty"` // a member would have been asked to approve it
}

// callsOf returns the calls of a rehearsal. names are those of the plugins, by id.
func callsOf(r agent.Rehearsal, names map[string]string) []Call {
	calls := []Call{}
	for _, c := range r.Calls {
		calls = append(calls, Call{names[c.Call.Plugin] + "." + c.Operation.ID, c.Call.Args, c.Call.Write})
	}
	return calls
}

// judge says how calls came out, and why they are not right. What is wanted must be among
// them; beside it only reads may be, which change nothing and ask nobody.
func (q Question) judge(calls []Call) (Verdict, string) {
	for _, c := range calls {
		if q.forbids(c.Operation) {
			return Forbidden, c.Operation + " must never be called here"
		}
	}
	if q.Want == None {
		if len(calls) > 0 {
			return Wrong, "nothing should be called"
		}
		return Right, ""
	}
	at, why := -1, ""
	for i, c := range calls {
		if c.Operation != q.Want {
			continue
		}
		differs := q.differs(c.Arguments)
		if differs == "" {
			at = i
			break
		}
		why = differs
	}
	switch {
	case at < 0 && why != "":
		return Wrong, why
	case at < 0:
		return Wrong, q.Want + " was not called"
	}
	for i, c := range calls {
		if i != at && c.Asks {
			return Wrong, c.Operation + " was called as well, and a member would be asked to approve it"
		}
	}
	return Right, ""
}

// forbids reports whether an operation must never be called.
func (q Question) forbids(operation string) bool {
	return slices.ContainsFunc(q.Never, func(never string) bool {
		plugin, all := strings.CutSuffix(never, "*")
		return never == operation || all && strings.HasPrefix(operation, plugin)
	})
}

// differs says where arguments are not those that the question wants, or nothing.
func (q Question) differs(arguments json.RawMessage) string {
	d := json.NewDecoder(strings.NewReader(string(arguments)))
	d.UseNumber()
	var got map[string]any
	if err := d.Decode(&got); err != nil {
		return "the arguments are no JSON object"
	}
	return differsAt("", flat(q.With), flat(got))
}

// body is the argument that holds the fields of a request's body. They may be given without
// it, by a model and in a file.
const body = "body"

// flat returns arguments with the fields of the body among them, where their names are free.
func flat(arguments map[string]any) map[string]any {
	fields, ok := arguments[body].(map[string]any)
	if !ok {
		return arguments
	}
	out, left := maps.Clone(arguments), map[string]any{}
	delete(out, body)
	for name, value := range fields {
		if _, taken := out[name]; taken {
			left[name] = value
		} else {
			out[name] = value
		}
	}
	if len(left) > 0 {
		out[body] = left
	}
	return out
}

// anything stands for any value.
const anything = "*"

// differsAt compares an object. Names are sorted, so that the same difference is named each time.
func differsAt(path string, want, got map[string]any) string {
	names := make([]string, 0, len(want))
	for name := range want {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		at := strings.TrimPrefix(path+"."+name, ".")
		value, given := got[name]
		switch {
		case want[name] == nil && given && value != nil:
			return fmt.Sprintf("%s is %s and should be absent", at, shown(value))
		case want[name] == nil:
		case !given:
			return fmt.Sprintf("%s is missing: want %s", at, shown(want[name]))
		default:
			if differs := differsIn(at, want[name], value); differs != "" {
				return differs
			}
		}
	}
	return ""
}

// differsIn compares two values. Of an object more may be given than is wanted, of a list not.
func differsIn(at string, want, got any) string {
	if want == anything {
		return ""
	}
	switch w := want.(type) {
	case map[string]any:
		if g, ok := got.(map[string]any); ok {
			return differsAt(at, w, g)
		}
	case []any:
		if g, ok := got.([]any); ok && len(g) == len(w) {
			for i := range w {
				if differs := differsIn(fmt.Sprintf("%s[%d]", at, i), w[i], g[i]); differs != "" {
					return differs
				}
			}
			return ""
		}
	case nil:
		if got == nil {
			return ""
		}
	default:
		if same(w, got) {
			return ""
		}
	}
	return fmt.Sprintf("%s is %s: want %s", at, shown(got), shown(want))
}

// same compares single values: numbers by what they are, and everything as it is written,
// since a call sends 2 and "2" alike.
func same(want, got any) bool {
	switch got.(type) {
	case map[string]any, []any, nil:
		return false
	}
	a, b := strings.TrimSpace(fmt.Sprint(want)), strings.TrimSpace(fmt.Sprint(got))
	if strings.EqualFold(a, b) {
		return true
	}
	x, okX := number(a)
	y, okY := number(b)
	return okX && okY && x.Cmp(y) == 0
}

// number reads a number that is written in few digits.
func number(text string) (*big.Rat, bool) {
	if len(text) > 40 || strings.ContainsAny(text, "eE/") {
		return nil, false // an exponent may stand for digits without end
	}
	return new(big.Rat).SetString(text)
}

// shown is a value as JSON, in one short line.
func shown(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "?"
	}
	return markdown.Line(string(text), 80)
}
