package agent

import (
	"errors"

	"aidesk/core/model"
)

// Fault says a model's failure to a member; false when it was not the model that failed.
func Fault(err error) (line string, ok bool) {
	var m *model.Error
	if !errors.As(err, &m) {
		return "", false
	}
	switch m.Kind {
	case model.Auth:
		return "The language model refuses my key. Whoever runs me has to renew it.", true
	case model.Rate, model.Overloaded:
		return "The language model is busy right now. Try again in a minute.", true
	case model.Context:
		return "This conversation has become too long for the language model. Start a new one.", true
	case model.Refused:
		return "The language model declined to answer that.", true
	case model.Truncated:
		return "The language model's answer was cut off on the way, so I do not show half of it. Try again.", true
	case model.Protocol:
		return "What answers at the language model's address is not a language model. Whoever runs me has to check the address.", true
	case model.Network:
		return "The language model cannot be reached right now. Try again in a minute.", true
	default:
		return "The language model did not accept the question. Whoever runs me finds the reason in the log.", true
	}
}
