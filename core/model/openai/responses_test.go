package openai

import (
	"net/http"
	"testing"

	"aidesk/core/model"
	"aidesk/core/model/modeltest"
)

func openResponses(url, name string, c *http.Client) model.Model {
	return NewResponses(Config{BaseURL: url, Model: name, APIKey: "key-of-the-test", Client: c})
}

func TestResponses(t *testing.T) { modeltest.RunWire(t, modeltest.Responses, openResponses) }

func TestResponsesStreams(t *testing.T) {
	modeltest.Streams(t, modeltest.Responses, openResponses, "testdata/responses", *update)
}

func TestResponsesRequest(t *testing.T) {
	modeltest.Requests(t, modeltest.Responses, openResponses, "testdata/responses.golden.json", *update)
}

func FuzzResponses(f *testing.F) {
	modeltest.FuzzStream(f, "testdata/responses.txtar", openResponses)
}

func TestResponsesClocks(t *testing.T) {
	modeltest.RunClocks(t, modeltest.Responses, openResponses)
}
