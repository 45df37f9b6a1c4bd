// Command starter is a whole plugin in one file: a box of ideas that a team fills together.
// Change it into yours. It needs nothing but Go:
//
//	go run . -listen 127.0.0.1:8080
//
// and then, in another terminal,
//
//	aidesk plugin check http://127.0.0.1:8080
//	aidesk demo --plugin http://127.0.0.1:8080
//
// A plugin is a website with two files that say what it can do:
//
//   - /.well-known/ai-plugin.json, the manifest: who it is, in words for people and
//     for a language model;
//   - /openapi.json, the OpenAPI document that the manifest names: each thing it can
//     do, with what it takes and what it answers.
//
// Everything else is an ordinary web API. This one has a read (list the ideas), a
// write (add one; aidesk asks the member before it sends that), and a page to
// which its answers link, with the fields of OpenGraph from which aidesk makes a
// preview.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"html/template"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// manifest says what the plugin is. "name_for_model" is what members type, with
// letters and digits only. The descriptions say what the plugin is good for; they
// must not tell a model what to do, and a desk would not let them.
const manifest = `{
  "schema_version": "v1",
  "name_for_model": "ideas",
  "name_for_human": "Ideas",
  "description_for_model": "A shared box of ideas. Ideas can be listed and added.",
  "description_for_human": "A box of ideas that everybody fills.",
  "auth": {"type": "none"},
  "api": {"type": "openapi", "url": "ORIGIN/openapi.json"},
  "logo_url": "ORIGIN/logo.png",
  "contact_email": "you@example.com",
  "legal_info_url": "ORIGIN/"
}`

// document says what the plugin can do. A GET is a read and is called at once;
// everything else changes something, so the member is asked first.
//
// The sentences of x-aidesk-examples are what a member may type when no language
// model is connected; {text} stands for the argument of that name. A model sees them
// as examples of use.
const document = `{
  "openapi": "3.0.3",
  "info": {"title": "Ideas", "version": "1.0"},
  "servers": [{"url": "ORIGIN"}],
  "paths": {
    "/ideas": {
      "get": {
        "operationId": "listIdeas",
        "summary": "List the ideas, the newest first",
        "x-aidesk-examples": ["what ideas are there?", "show the ideas", "show ideas about {about}"],
        "parameters": [
          {"name": "about", "in": "query", "description": "A word that the ideas contain.", "schema": {"type": "string", "maxLength": 80}, "example": "coffee"}
        ],
        "responses": {
          "200": {"description": "The ideas.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Ideas"}}}},
          "default": {"description": "What is wrong.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Fault"}}}}
        }
      },
      "post": {
        "operationId": "addIdea",
        "summary": "Add an idea",
        "x-aidesk-examples": ["add the idea {text}", "I have an idea: {text}"],
        "requestBody": {
          "required": true,
          "content": {"application/json": {"schema": {
            "type": "object",
            "required": ["text"],
            "properties": {
              "text": {"type": "string", "minLength": 1, "maxLength": 200, "description": "The idea in one sentence.", "example": "a coffee machine for the second floor"}
            }
          }}}
        },
        "responses": {
          "201": {"description": "The idea that was added.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Idea"}}}},
          "default": {"description": "What is wrong.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Fault"}}}}
        }
      }
    }
  },
  "components": {"schemas": {
    "Idea": {"type": "object", "properties": {
      "number": {"type": "integer"}, "text": {"type": "string"}, "added": {"type": "string", "format": "date-time"}, "url": {"type": "string", "format": "uri"}
    }},
    "Ideas": {"type": "object", "properties": {"ideas": {"type": "array", "items": {"$ref": "#/components/schemas/Idea"}}}},
    "Fault": {"type": "object", "properties": {"error": {"type": "string"}}}
  }}
}`

// page is what people see who follow a link. The og: fields are its preview: the
// desk reads them when a link to the page stands in an answer.
var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Ideas</title>
<meta property="og:site_name" content="Ideas">
<meta property="og:title" content="The box of ideas">
<meta property="og:description" content="{{len .Ideas}} so far.">
<meta property="og:image" content="{{.Origin}}/logo.png">
<meta property="og:url" content="{{.Origin}}/">
</head>
<body>
<h1>The box of ideas</h1>
<ol reversed>{{range .Ideas}}
<li>{{.Text}}</li>{{end}}
</ol>
<p>What is put in here is kept until this program ends, and shown to everybody who opens this page.</p>
</body>
</html>
`))

// idea is one idea as the API answers it.
type idea struct {
	Number int       `json:"number"`
	Text   string    `json:"text"`
	Added  time.Time `json:"added"`
	URL    string    `json:"url"` // links in an answer become previews
}

// box keeps the ideas in memory. Several requests may come at once.
type box struct {
	origin string // the public address: where the plugin's own links lead

	mu    sync.Mutex
	ideas []idea // the newest first
}

func (b *box) list(w http.ResponseWriter, r *http.Request) {
	about := strings.ToLower(r.URL.Query().Get("about"))
	b.mu.Lock()
	defer b.mu.Unlock()
	found := []idea{} // an empty list, never null
	for _, i := range b.ideas {
		if strings.Contains(strings.ToLower(i.Text), about) {
			found = append(found, i)
		}
	}
	answer(w, http.StatusOK, map[string][]idea{"ideas": found})
}

func (b *box) add(w http.ResponseWriter, r *http.Request) {
	var request struct {
		Text string `json:"text"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 64<<10)).Decode(&request); err != nil {
		refuse(w, http.StatusBadRequest, "the body is not a JSON object with a text")
		return
	}
	// Say exactly what is wrong: the sentence goes to the model, which tries again,
	// or to the member.
	request.Text = strings.TrimSpace(request.Text)
	if n := utf8.RuneCountInString(request.Text); n < 1 || n > 200 {
		refuse(w, http.StatusUnprocessableEntity, "text must have from 1 to 200 characters")
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	added := idea{Number: len(b.ideas) + 1, Text: request.Text, Added: time.Now().UTC().Truncate(time.Second), URL: b.origin + "/"}
	b.ideas = append([]idea{added}, b.ideas...)
	answer(w, http.StatusCreated, added)
}

func (b *box) home(w http.ResponseWriter, _ *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var text bytes.Buffer
	if err := page.Execute(&text, map[string]any{"Origin": b.origin, "Ideas": b.ideas}); err != nil {
		refuse(w, http.StatusInternalServerError, err.Error())
		return
	}
	send(w, "text/html; charset=utf-8", text.Bytes())
}

// logo draws a yellow square with a light in it.
func logo() ([]byte, error) {
	img := image.NewRGBA(image.Rect(0, 0, 256, 256))
	draw.Draw(img, img.Bounds(), image.NewUniform(color.RGBA{0xca, 0x8a, 0x04, 0xff}), image.Point{}, draw.Src)
	draw.Draw(img, image.Rect(80, 80, 176, 176), image.NewUniform(color.RGBA{0xfe, 0xf9, 0xc3, 0xff}), image.Point{}, draw.Src)
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), err
}

// serve sends the same bytes to everybody.
func serve(media string, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { send(w, media, body) }
}

func send(w http.ResponseWriter, media string, body []byte) {
	w.Header().Set("Content-Type", media)
	if _, err := w.Write(body); err != nil {
		log.Print("answering: ", err)
	}
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		log.Print("answering: ", err)
	}
}

func refuse(w http.ResponseWriter, status int, text string) {
	answer(w, status, map[string]string{"error": text})
}

// handler is the whole website.
func handler(origin string) (http.Handler, error) {
	picture, err := logo()
	if err != nil {
		return nil, err
	}
	b := &box{origin: origin}
	here := strings.NewReplacer("ORIGIN", origin)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/ai-plugin.json", serve("application/json", []byte(here.Replace(manifest))))
	mux.HandleFunc("GET /openapi.json", serve("application/json", []byte(here.Replace(document))))
	mux.HandleFunc("GET /logo.png", serve("image/png", picture))
	mux.HandleFunc("GET /{$}", b.home)
	mux.HandleFunc("GET /ideas", b.list)
	mux.HandleFunc("POST /ideas", b.add)
	return mux, nil
}

func run() error {
	listen := flag.String("listen", "127.0.0.1:8080", "the address to listen on")
	origin := flag.String("url", "", "the public address, such as https://ideas.example.com (default: where it listens)")
	flag.Parse()
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", *listen)
	if err != nil {
		return err
	}
	if *origin == "" {
		*origin = "http://" + listener.Addr().String()
	}
	h, err := handler(strings.TrimSuffix(*origin, "/"))
	if err != nil {
		return err
	}
	fmt.Println("The plugin is at", *origin)
	server := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second}
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}
