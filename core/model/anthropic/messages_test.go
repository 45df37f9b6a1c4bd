package anthropic

import (
	"testing"

	"aidesk/core/model"
	"aidesk/core/model/modeltest"
)

func TestMessages(t *testing.T) {
	modeltest.RunWire(t, modeltest.Messages, func(url, name string) model.Model {
		return New(Config{BaseURL: url, Model: name, APIKey: "key-of-the-test"})
	})
}
