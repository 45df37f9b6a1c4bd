package openapi

import (
	"strconv"

	"aidesk/core/openapi/plaintext"
)

// bodyKey is the argument that holds the body.
const bodyKey = "body"

// keys names the arguments of the tool. A key is legal for every provider:
// [A-Za-z0-9_-]{1,64}. Names that collide get their location behind them.
func (o *builder) keys() {
	count := map[string]int{}
	if o.entity != nil {
		count[bodyKey]++
	}
	for i, a := range o.args {
		if a.param != nil {
			o.args[i].key = plaintext.Key(a.param.name, plaintext.MaxName)
			count[o.args[i].key]++
		}
	}
	taken := map[string]bool{}
	if o.entity != nil {
		taken[bodyKey] = true
	}
	for i, a := range o.args {
		if a.param == nil {
			o.args[i].key = bodyKey
			continue
		}
		key := a.key
		if count[key] > 1 {
			in := a.param.in
			if in == "template" {
				in = "query"
			}
			key = plaintext.Key(key, plaintext.MaxName-8) + "_" + in
		}
		for n := 2; taken[key]; n++ {
			key = plaintext.Key(a.key, plaintext.MaxName-8) + "_" + strconv.Itoa(n)
		}
		taken[key] = true
		o.args[i].key = key
	}
}

// argument returns the argument that the model calls key, also by the name that
// the document gives it.
func (o *builder) argument(key string) (arg, bool) {
	for _, a := range o.args {
		if a.key == key {
			return a, true
		}
	}
	for _, a := range o.args {
		if a.param != nil && a.param.name == key {
			return a, true
		}
	}
	return arg{}, false
}
