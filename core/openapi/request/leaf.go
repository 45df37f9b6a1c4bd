package request

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"aidesk/core/openapi/plaintext"
	"aidesk/core/openapi/schema"
)

// Leaf is one value of a call at its place among the built arguments: coerced, with what the
// document fixes, as the request is made of it.
type Leaf struct {
	Path  string // "/body/labels/[0]": keys as RFC 6901 writes them, indices in brackets
	Label string // as on a card
	Value any    // a string, json.Number, bool or nil; an object or list only where it is empty, or too deep
	Prose bool   // as far as the document says, words for people, and no address, id or name of something
}

// Leaves lists all values of a call, in the order of the document. The error says what is
// wrong with the arguments, or that there are too many.
func (b *Builder) Leaves(args json.RawMessage) ([]Leaf, error) {
	f := &schema.Faults{}
	values, _ := b.bind(args, f)
	if err := f.Err(); err != nil {
		return nil, err
	}
	var c argumentLister
	c.values(b, values)
	if c.full() {
		return nil, fmt.Errorf("there are more than %d values", maxListed)
	}
	all := make([]Leaf, len(c.all))
	for i, l := range c.all {
		all[i] = l.Leaf
	}
	return all, nil
}

// inPath escapes a key, so that none reads as two or as an index.
var inPath = strings.NewReplacer("~", "~0", "/", "~1", "[", "~2")

func step(path, key string) string { return path + "/" + inPath.Replace(key) }

func entry(path string, i int) string { return path + "/[" + strconv.Itoa(i) + "]" }

// isProse reports whether words for people may stand in a field of this name.
func isProse(name string) bool {
	words := strings.FieldsFunc(strings.ToLower(plaintext.SplitWords(name)), func(r rune) bool {
		return (r < 'a' || r > 'z') && r < 0x80
	})
	return !slices.ContainsFunc(words, func(w string) bool { return slices.Contains(pointers, w) })
}

// pointers are words in the names of fields that lead to something: an address, an id, a
// person, a place.
var pointers = strings.Fields(`
	account accounts address addresses assignee assignees bcc bic branch callback cc channel channels code codes
	customer destination domain email emails endpoint fax file filename files folder from group guid href host
	hostname iban id identifier ids ip key keys link links list login mail mails member members method mobile number
	numbers owner owners path paths phone phones project queue recipient recipients redirect ref reference repo
	repository room secret sender slug space src target team tel token to type uid uri uris url urls user username
	users uuid webhook website workspace
`)
