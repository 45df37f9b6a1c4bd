package privacy

import (
	"bytes"
	"encoding/json"
	"time"

	"aidesk/bots/bot"
)

// traceField is what the trace of an answer stands behind in the body of an entry.
const traceField = `"why":`

// Trim returns what is left of an entry that was written at a time: a trace goes that is from
// before one time, and a rating from before another. A zero time keeps all. nil: nothing is
// ever trimmed.
func Trim(traces, feedback time.Time) func(written time.Time, body []byte) []byte {
	if traces.IsZero() && feedback.IsZero() {
		return nil
	}
	return func(written time.Time, body []byte) []byte {
		switch {
		case bot.IsRating(body):
			if written.Before(feedback) {
				return nil
			}
		case written.Before(traces) && bytes.Contains(body, []byte(traceField)):
			return withoutTrace(body)
		}
		return body
	}
}

// withoutTrace is an entry without how it came about, but for what says that there was
// an answer. The same where there is nothing more of it.
func withoutTrace(body []byte) []byte {
	var fields map[string]json.RawMessage
	var why struct { // what the why of an answer must have, and what ratings of it name
		Answer string `json:"answer,omitempty"`
		Model  string `json:"model"`
	}
	if json.Unmarshal(body, &fields) != nil || json.Unmarshal(fields["why"], &why) != nil {
		return body
	}
	var err error
	if fields["why"], err = json.Marshal(why); err != nil {
		return body
	}
	left, err := json.Marshal(fields)
	if err != nil || len(left) >= len(body) {
		return body
	}
	return left
}
