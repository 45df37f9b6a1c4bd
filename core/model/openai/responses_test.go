package openai

import (
	"net/http"
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

func FuzzResponses(f *testing.F) {
	modeltest.FuzzStream(f, "testdata/responses.txtar", func(c *http.Client) model.Model {
		return NewResponses(Config{BaseURL: "http://models.example/v1", Model: "m", Client: c})
	})
}
