package model

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
)

// CallID makes the id of the nth call of an answer to a transcript, for wires
// and models that have none of their own. It is the same for the same
// transcript and n, so that a turn which is redone calls what it called before,
// and differs from every id in the transcript.
func CallID(transcript []Message, n int) string {
	h := sha256.New()
	h.Write([]byte(strconv.Itoa(n)))
	taken := map[string]bool{}
	for _, m := range transcript {
		// What cannot be encoded changes nothing but the id.
		raw, _ := json.Marshal(m)
		h.Write(raw)
		for _, call := range m.CallsOf() {
			taken[call.ID] = true
		}
	}
	for {
		id := "call_" + hex.EncodeToString(h.Sum(nil))[:16]
		if !taken[id] {
			return id
		}
		h.Write([]byte{0})
	}
}
