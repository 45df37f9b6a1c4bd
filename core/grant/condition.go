package grant

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"aidesk/core/markdown"
	"aidesk/core/openapi"
)

// Condition bounds one value of a call, in one of the ways below. There is no negation and no
// "if present": a value that is missing fits no condition.
type Condition struct {
	Path  string `json:"path"`  // of the openapi.Leaf
	Label string `json:"label"` // of the value, for people

	Is      json.RawMessage   `json:"is,omitempty"`       // exactly this JSON value
	OneOf   []json.RawMessage `json:"one_of,omitempty"`   // exactly one of these
	AtLeast string            `json:"at_least,omitempty"` // a JSON number not below, as a decimal
	AtMost  string            `json:"at_most,omitempty"`  // and not above
	Sum     string            `json:"sum,omitempty"`      // a JSON number of which the sum in a day is not above, and that is not below zero
	Under   string            `json:"under,omitempty"`    // an address at this host, below this path
	Text    int               `json:"text,omitempty"`     // any text of so many characters at most
}

// Bounds of a Condition.
const (
	MostChoices = 20
	LongestText = 500 // characters

	maxValue   = 2 << 10 // bytes of a value, as JSON
	maxDecimal = 40      // bytes of a number
	maxAddress = 500
)

// check says what is wrong with a condition.
func (c Condition) check() error {
	if c.Path == "" || len(c.Path) > maxName || c.Label == "" || len(c.Label) > maxName {
		return errors.New("a bound must say of which value it is")
	}
	ways := 0
	for _, given := range []bool{c.Is != nil, len(c.OneOf) > 0, c.AtLeast != "" || c.AtMost != "", c.Sum != "", c.Under != "", c.Text != 0} {
		if given {
			ways++
		}
	}
	if ways != 1 {
		return fmt.Errorf("%s must be bounded in one way", c.Label)
	}
	for _, v := range c.values() {
		if err := checkValue(v); err != nil {
			return fmt.Errorf("%s: %w", c.Label, err)
		}
	}
	if len(c.OneOf) > MostChoices {
		return fmt.Errorf("%s: at most %d values can be named", c.Label, MostChoices)
	}
	for _, n := range []string{c.AtLeast, c.AtMost, c.Sum} {
		if _, ok := decimal(n); n != "" && !ok {
			return fmt.Errorf("%s: “%s” is no plain number, such as 12 or 12.50", c.Label, markdown.Line(n, 50))
		}
	}
	if least, _ := decimal(c.AtLeast); c.AtLeast != "" && c.AtMost != "" {
		if most, _ := decimal(c.AtMost); least.Cmp(most) > 0 {
			return fmt.Errorf("%s: no number is at least %s and at most %s", c.Label, c.AtLeast, c.AtMost)
		}
	}
	if sum, _ := decimal(c.Sum); c.Sum != "" && sum.Sign() <= 0 {
		return fmt.Errorf("%s: what it may come to in a day must be above zero", c.Label)
	}
	if c.Under != "" {
		if host, path, ok := address(c.Under); !ok || !strings.HasSuffix(path, "/") || host == "" {
			return fmt.Errorf("%s: “%s” is no address that others can be under, such as https://example.com/help/", c.Label, markdown.Line(c.Under, 100))
		}
	}
	if c.Text < 0 || c.Text > LongestText {
		return fmt.Errorf("%s: a free text may have 1 to %d characters", c.Label, LongestText)
	}
	return nil
}

// values are those that a condition names.
func (c Condition) values() []json.RawMessage {
	if c.Is != nil {
		return []json.RawMessage{c.Is}
	}
	return c.OneOf
}

// checkValue says whether a value can be named: a plain one, or an empty object or list.
func checkValue(raw json.RawMessage) error {
	if len(raw) > maxValue {
		return fmt.Errorf("a value of more than %d KiB cannot be named", maxValue>>10)
	}
	v, err := parse(raw)
	if err != nil {
		return err
	}
	if !plain(v) {
		return errors.New("only plain values can be named")
	}
	return nil
}

// Fits says whether a value of a call fits the condition of its path.
func (c Condition) Fits(l openapi.Leaf) bool {
	if l.Path != c.Path || !plain(l.Value) {
		return false
	}
	switch {
	case c.Is != nil || len(c.OneOf) > 0:
		for _, raw := range c.values() {
			if v, err := parse(raw); err == nil && same(v, l.Value) {
				return true
			}
		}
		return false
	case c.AtLeast != "" || c.AtMost != "":
		n, ok := number(l.Value)
		return ok && !beyond(n, c.AtLeast, -1) && !beyond(n, c.AtMost, 1)
	case c.Sum != "":
		n, ok := number(l.Value)
		return ok && n.Sign() >= 0 && !beyond(n, c.Sum, 1)
	case c.Under != "":
		text, ok := l.Value.(string)
		return ok && under(text, c.Under)
	case c.Text > 0:
		text, ok := l.Value.(string)
		return ok && l.Prose && isFreeText(text, c.Text)
	}
	return false
}

// plain says that a value has no other values in it.
func plain(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	}
	return true
}

// same says that two plain values are of one JSON type and equal byte for byte: 5 is neither
// "5" nor 5.0, and an empty list no empty object.
func same(a, b any) bool {
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return ok && a == b
	case json.Number:
		b, ok := b.(json.Number)
		return ok && a == b
	case bool:
		b, ok := b.(bool)
		return ok && a == b
	case map[string]any:
		_, ok := b.(map[string]any)
		return ok
	case []any:
		_, ok := b.([]any)
		return ok
	}
	return a == nil && b == nil
}

// plainNumber is a decimal as JSON writes it, without an exponent: 1e400 says nothing to a reader.
var plainNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]{1,20})?$`)

// decimal reads a plain number exactly, never as a float.
func decimal(text string) (*big.Rat, bool) {
	if len(text) > maxDecimal || !plainNumber.MatchString(text) {
		return new(big.Rat), false
	}
	n, ok := new(big.Rat).SetString(text)
	if !ok || n.Sign() == 0 && strings.HasPrefix(text, "-") {
		return new(big.Rat), false
	}
	return n, true
}

// number is a value of a call that is a JSON number.
func number(v any) (*big.Rat, bool) {
	n, ok := v.(json.Number)
	if !ok {
		return nil, false
	}
	return decimal(string(n))
}

// beyond says that a number is on the far side of a bound: above it (side 1) or below (-1).
// Without a bound it is not; with one that is no number it is.
func beyond(n *big.Rat, bound string, side int) bool {
	if bound == "" {
		return false
	}
	limit, ok := decimal(bound)
	return !ok || n.Cmp(limit)*side > 0
}

// addressPath is a path of segments in letters that no reader takes for others: no percent
// sign, backslash, query or fragment.
var addressPath = regexp.MustCompile(`^(/[A-Za-z0-9._~+@,=-]*)+$`)

// addressHost is a host name as it is sent: no user, no port, no address in numbers.
var addressHost = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$`)

// address takes an https address apart. It must be written as plainly as can be: what parsers
// may read in two ways is none.
func address(text string) (host, path string, ok bool) {
	rest, secure := strings.CutPrefix(text, "https://")
	at := strings.IndexByte(rest, '/')
	if !secure || at < 0 || len(text) > maxAddress {
		return "", "", false
	}
	host, path = rest[:at], rest[at:]
	if !addressHost.MatchString(host) || !addressPath.MatchString(path) {
		return "", "", false
	}
	segments := strings.Split(strings.TrimSuffix(path[1:], "/"), "/")
	for _, s := range segments {
		if s == "." || s == ".." || s == "" && len(segments) > 1 {
			return "", "", false
		}
	}
	u, err := url.Parse(text) // as those who fetch it do
	return host, path, err == nil && u.Scheme == "https" && u.Host == host && u.EscapedPath() == path && u.User == nil
}

// under says that an address is at the host of another and below its path, segment by segment.
func under(text, base string) bool {
	host, path, ok := address(text)
	baseHost, basePath, baseOK := address(base)
	return ok && baseOK && host == baseHost && strings.HasSuffix(basePath, "/") && strings.HasPrefix(path, basePath)
}

// isFreeText says that a text is short enough, shows all that it holds, and leads nowhere.
func isFreeText(text string, most int) bool {
	return utf8.ValidString(text) && utf8.RuneCountInString(text) <= most && markdown.Visible(text) == text && !leads.MatchString(text)
}

// leads is what makes a text lead somewhere: an address, a mention, a reference to a member or channel.
var leads = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://|//[a-z0-9]|\bwww\.|\bmailto:|\bdata:|\bjavascript:|[^\s@]+@[^\s@]+\.|<[@#!]|@(everyone|here|channel)\b`)

// parse decodes a JSON value that a condition names.
func parse(raw json.RawMessage) (any, error) {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("a value is no JSON: %w", err)
	}
	if d.More() {
		return nil, errors.New("a value is followed by another")
	}
	return v, nil
}
