package openapi

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"aidesk/core/openapi/schema"
)

// digest is the hash of everything that decides the operation's requests:
// method, server, path, parameters, body, their schemas and the security
// requirements. Texts, examples and defaults do not count.
func (r *reader) digest(o *Operation) string {
	h := sha256.New()
	schema.Sign(h, "operation", o.Method, o.Server, o.Path, fmt.Sprint(o.Asks, o.Verdict == Refused))
	lost := false
	for _, a := range o.call.Args {
		m := r.schemas.Fingerprint(a.Schema())
		lost = lost || m.Lost
		if p := a.Param; p != nil {
			schema.Sign(h, "parameter", a.Key, p.Name, p.In, p.Style, p.Media, fmt.Sprint(p.Explode, p.Reserved, p.Required, p.Empty, p.Tabs), m.Hash)
			continue
		}
		schema.Sign(h, "body", a.Body.Kind, a.Body.Media, strconv.FormatBool(a.Body.Required), m.Hash)
		for _, name := range slices.Sorted(maps.Keys(a.Body.Encoding)) {
			e := a.Body.Encoding[name] // written out: the hashes that are stored were made so
			schema.Sign(h, "encoding", name, fmt.Sprintf("{media:%s style:%s explode:%t reserved:%t tabs:%t}", e.Media, e.Style, e.Explode, e.Reserved, e.Tabs))
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
