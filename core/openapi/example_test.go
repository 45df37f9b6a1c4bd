package openapi_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"aidesk/core/openapi"
)

const todo = `
openapi: 3.0.3
info: {title: Todo, version: "1"}
servers: [{url: https://todo.example.com}]
paths:
  /users/{user}/items:
    post:
      operationId: addItem
      summary: Add an item to a list
      parameters:
        - {name: user, in: path, required: true, schema: {type: string}}
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [text], properties: {text: {type: string}}}
      responses: {"201": {description: added}}
`

// Read makes Operations of a document, JSON or YAML. An operation tells whether a call
// may change something, and becomes a tool for a model.
func ExampleRead() {
	document, err := openapi.Read(context.Background(), openapi.Source{URL: "https://todo.example.com/openapi.yaml", Data: []byte(todo)}, openapi.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, operation := range document.Operations {
		fmt.Println(operation.ID, operation.Method, operation.Path, operation.Effect, operation.Verdict)
		fmt.Println(string(operation.Tool("todo").Schema))
	}
	// Output:
	// addItem POST /users/{user}/items write ok
	// {"properties":{"body":{"properties":{"text":{"type":"string"}},"required":["text"],"type":"object"},"user":{"type":"string"}},"required":["body","user"],"type":"object"}
}

// Request makes the exact request of a model's arguments; nothing is sent.
func ExampleOperation_Request() {
	document, err := openapi.Read(context.Background(), openapi.Source{URL: "https://todo.example.com/openapi.yaml", Data: []byte(todo)}, openapi.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	operation := document.Operation("addItem")
	request, err := operation.Request(json.RawMessage(`{"user": "ada & ben", "body": {"text": "milk"}}`))
	fmt.Println(request.Method, request.URL, string(request.Body), err)

	for _, args := range []string{`{"user": "../admin", "body": {"text": "milk"}}`, `{"user": "ada", "body": {}}`} {
		_, err = operation.Request(json.RawMessage(args))
		fault, _ := errors.AsType[*openapi.ArgumentError](err)
		fmt.Println("refused:", fault != nil)
	}
	// Output:
	// POST https://todo.example.com/users/ada%20%26%20ben/items {"text":"milk"} <nil>
	// refused: true
	// refused: true
}
