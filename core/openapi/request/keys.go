package request

import (
	"strconv"

	"aidesk/core/openapi/plaintext"
)

// BodyKey is the argument that holds the body.
const BodyKey = "body"

// NameArgs names the arguments of the tool. A key is legal for every provider:
// [A-Za-z0-9_-]{1,64}. Names that collide get their location behind them.
func (o *Builder) NameArgs() {
	count := map[string]int{}
	if o.Body != nil {
		count[BodyKey]++
	}
	for i, a := range o.Args {
		if a.Param != nil {
			o.Args[i].Key = plaintext.Key(a.Param.Name, plaintext.MaxName)
			count[o.Args[i].Key]++
		}
	}
	taken := map[string]bool{}
	if o.Body != nil {
		taken[BodyKey] = true
	}
	for i, a := range o.Args {
		if a.Param == nil {
			o.Args[i].Key = BodyKey
			continue
		}
		key := a.Key
		if count[key] > 1 {
			in := a.Param.In
			if in == "template" {
				in = "query"
			}
			key = plaintext.Key(key, plaintext.MaxName-8) + "_" + in
		}
		for n := 2; taken[key]; n++ {
			key = plaintext.Key(a.Key, plaintext.MaxName-8) + "_" + strconv.Itoa(n)
		}
		taken[key] = true
		o.Args[i].Key = key
	}
}

// Arg returns the argument that the model calls key, also by the name that
// the document gives it.
func (o *Builder) Arg(key string) (Arg, bool) {
	for _, a := range o.Args {
		if a.Key == key {
			return a, true
		}
	}
	for _, a := range o.Args {
		if a.Param != nil && a.Param.Name == key {
			return a, true
		}
	}
	return Arg{}, false
}
