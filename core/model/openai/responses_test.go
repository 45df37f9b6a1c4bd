package openai

import (
	"testing"

	"aidesk/core/model"
	"aidesk/core/model/modeltest"
)

func TestResponses(t *testing.T) {
	modeltest.RunWire(t, modeltest.Responses, func(url, name string) model.Model {
		return NewResponses(Config{BaseURL: url, Model: name, APIKey: "key-of-the-test"})
	})
}
