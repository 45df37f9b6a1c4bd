package plugin_test

import (
	"encoding/json"
	"strings"
	"testing"

	"aidesk/core/plugin"
)

// TestFirstUse: an agreement is pinned to hosts and fields. Texts may change, and who answers
// for a plugin asks nobody.
func TestFirstUse(t *testing.T) {
	t.Parallel()
	h := newHost(t, "one")
	s := open(t)
	agreed := plugin.Agreed{}
	for _, c := range []struct {
		name, document, firstUse string
		def                      bool
		args                     string
		asks                     bool
	}{
		{"the first", document, "", false, `{"word":"x"}`, true},
		{"agreed", document, "", false, `{"word":"x"}`, false},
		{"another text", strings.ReplaceAll(document, "title: ", "title: New "), "", false, `{"word":"x"}`, false},
		{"another field", document + more, "", false, `{"word":"x"}`, true},
		{"back again", document, "", false, `{"word":"x"}`, true},
		{"no words", document + more, "", false, `{}`, false},
		{"on for everybody", document + more, "", true, `{"word":"x"}`, false},
		{"on for everybody, and asks", document + more, plugin.FirstUseAsk, true, `{"word":"x"}`, true},
		{"trusted", document, plugin.FirstUseTrust, false, `{"word":"x"}`, false},
	} {
		h.set("/openapi.yaml", c.document)
		r := registry(t, s, h)
		r.TakeChanges = true
		if err := r.Configure(t.Context(), []plugin.Configured{{Source: h.source(), Default: c.def, FirstUse: c.firstUse}}); err != nil {
			t.Fatal(err)
		}
		p, err := r.Find(t.Context(), place, "one")
		if err != nil {
			t.Fatal(err)
		}
		use := agreed.FirstUse(p, plugin.Call{Args: json.RawMessage(c.args)})
		if (use != nil) != c.asks {
			t.Errorf("%s: asks %t", c.name, use != nil)
		}
		if use != nil {
			agreed[p.ID] = use.Pin
		}
	}
	if got := agreed.Uses(); len(got) != 1 || got[0] != h.address {
		t.Errorf("uses %q", got)
	}
}

// more is an operation of the document with a field that no other has.
const more = `  /more:
    get:
      operationId: more
      parameters: [{name: diagnosis, in: query, schema: {type: string}}]
      responses: {"200": {description: More.}}
`
