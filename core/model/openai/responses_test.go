package openai

import (
	"testing"

	"aidesk/core/model"
	"aidesk/core/model/modeltest"
)

func openResponses(url, name string) model.Model {
	return NewResponses(Config{BaseURL: url, Model: name, APIKey: "key-of-the-test"})
}

func TestResponses(t *testing.T) { modeltest.RunWire(t, modeltest.Responses, openResponses) }

func TestResponsesStreams(t *testing.T) {
	modeltest.Streams(t, modeltest.Responses, openResponses, "testdata/responses", *update)
}

func TestResponsesRequest(t *testing.T) {
	modeltest.Requests(t, modeltest.Responses, openResponses, "testdata/responses.golden.json", *update)
}
