package openapi

import (
	"strconv"
	"strings"
)

// bodyKey is the argument that holds the body.
const bodyKey = "body"

// keys names the arguments of the tool. A key is legal for every provider:
// [A-Za-z0-9_-]{1,64}. Names that collide get their location behind them.
func (o *Operation) keys() {
	count := map[string]int{}
	if o.entity != nil {
		count[bodyKey]++
	}
	for i, a := range o.args {
		if a.param != nil {
			o.args[i].key = legal(a.param.name, maxName)
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
			key = legal(key, maxName-8) + "_" + in
		}
		for n := 2; taken[key]; n++ {
			key = legal(a.key, maxName-8) + "_" + strconv.Itoa(n)
		}
		taken[key] = true
		o.args[i].key = key
	}
}

// legal replaces what a key may not contain and cuts it to n characters.
func legal(name string, n int) string {
	key := strings.Map(func(c rune) rune {
		if isWord(c) || c == '_' || c == '-' {
			return c
		}
		return '_'
	}, name)
	key = key[:min(len(key), n)]
	if strings.Trim(key, "_") == "" {
		key = "value" // of a name without a single legal character
	} else if trimmed := strings.Trim(key, "_"); trimmed != key && name != key {
		key = trimmed // "filter[id]" is filter_id, "$top" is top
	}
	return key
}

// argument returns the argument that the model calls key, also by the name that
// the document gives it.
func (o *Operation) argument(key string) (arg, bool) {
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
