package openapi

import (
	"aidesk/core/openapi/schema"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// digest is the hash of everything that decides the operation's requests:
// method, server, path, parameters, body, their schemas and the security
// requirements. Texts, examples and defaults do not count.
func (r *reader) digest(o *Operation) string {
	h := sha256.New()
	schema.Sign(h, "operation", o.Method, o.Server, o.Path, fmt.Sprint(o.Asks, o.Verdict == Refused))
	lost := false
	for _, a := range o.call.args {
		m := r.schemas.Fingerprint(a.schema())
		lost = lost || m.Lost
		if p := a.param; p != nil {
			schema.Sign(h, "parameter", a.key, p.name, p.in, p.style, p.media, fmt.Sprint(p.explode, p.reserved, p.required, p.empty, p.tabs), m.Hash)
			continue
		}
		schema.Sign(h, "body", a.body.kind, a.body.media, strconv.FormatBool(a.body.required), m.Hash)
		for _, name := range slices.Sorted(maps.Keys(a.body.encoding)) {
			schema.Sign(h, "encoding", name, fmt.Sprintf("%+v", a.body.encoding[name]))
		}
	}
	for _, s := range o.Security {
		schema.Sign(h, "security", fmt.Sprintf("%q", s.Schemes))
	}
	if lost && o.Verdict != Refused {
		o.found.addf(levelWarn, "schema-open", "", "a part of its arguments could not be read and was left open")
	}
	return hex.EncodeToString(h.Sum(nil))
}
