package openai

import (
	"flag"
	"net/http"
	"testing"

	"aidesk/core/model"
	"aidesk/core/model/modeltest"
)

var update = flag.Bool("update", false, "write the golden files of testdata")

func TestChat(t *testing.T) {
	modeltest.RunWire(t, modeltest.Chat, open)
}

// newChat is a model behind a scripted server.
func newChat(server *modeltest.Server) *Chat {
	return NewChat(Config{BaseURL: server.URL, Model: "scripted", APIKey: "key-of-the-test"})
}

func open(url, name string, c *http.Client) model.Model {
	return NewChat(Config{BaseURL: url, Model: name, APIKey: "key-of-the-test", Client: c})
}

func TestStreams(t *testing.T) {
	modeltest.Streams(t, modeltest.Chat, open, "testdata/streams", *update)
}

func TestRequest(t *testing.T) {
	modeltest.Requests(t, modeltest.Chat, open, "testdata/request.golden.json", *update)
}

func FuzzStream(f *testing.F) {
	modeltest.FuzzStream(f, "testdata/streams.txtar", open)
}

func TestChatClocks(t *testing.T) {
	modeltest.RunClocks(t, modeltest.Chat, open)
}
