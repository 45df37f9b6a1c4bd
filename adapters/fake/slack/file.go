package slack

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// File is one that the app uploaded.
type File struct {
	ID, Name, Title string
	Content         []byte
}

// upload is a File on its way.
type upload struct {
	File
	length   int
	uploaded bool
	complete bool
}

// payload is the file as Slack sends it.
func (f File) payload(s *Slack) object {
	return object{
		"id": f.ID, "name": f.Name, "title": f.Title, "size": len(f.Content), "user": BotUser, "mode": "hosted", "filetype": "text",
		"mimetype": "text/plain", "url_private": s.URL + "/files/" + f.ID, "permalink": s.URL + "/files/" + f.ID,
	}
}

func uploadURL(c *call) (object, error) {
	length, err := strconv.Atoi(c.args["length"])
	switch {
	case c.args["filename"] == "":
		return nil, refuseArgs("[ERROR] missing required field: filename")
	case err != nil || length <= 0:
		return nil, refuseArgs("[ERROR] missing required field: length")
	}
	f := &upload{File: File{ID: c.newID("F"), Name: c.args["filename"]}, length: length}
	c.files[f.ID] = f
	return object{"upload_url": c.URL + "/upload/" + f.ID, "file_id": f.ID}, nil
}

// serveUpload takes the bytes of a file, as they are or as the part "file" of a form.
func (s *Slack) serveUpload(w http.ResponseWriter, r *http.Request) {
	content, err := readUpload(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[r.PathValue("id")]
	status, answer := http.StatusOK, fmt.Sprintf("OK - %d", len(content))
	switch {
	case f == nil, err != nil:
		status, answer = http.StatusNotFound, "file_not_found"
	case len(content) != f.length:
		status, answer = http.StatusBadRequest, "length_mismatch"
	default:
		f.Content, f.uploaded = content, true
	}
	record := Request{Method: "upload", Args: map[string]string{"id": r.PathValue("id")}, Status: status}
	if status != http.StatusOK {
		record.Error = answer
	}
	s.addRequest(record)
	s.mu.Changed()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, answer)
}

func readUpload(r *http.Request) ([]byte, error) {
	part, _, err := r.FormFile("file")
	if errors.Is(err, http.ErrNotMultipart) {
		return io.ReadAll(io.LimitReader(r.Body, maxBody))
	}
	if err != nil {
		return nil, fmt.Errorf("read the part: %w", err)
	}
	defer func() { _ = part.Close() }()
	return io.ReadAll(io.LimitReader(part, maxBody))
}

// serveFile gives back what was uploaded.
func (s *Slack) serveFile(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f := s.files[r.PathValue("id")]
	s.mu.Unlock()
	if f == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(f.Content)
}

func completeUpload(c *call) (object, error) {
	var wanted []struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	}
	if err := json.Unmarshal([]byte(c.args["files"]), &wanted); err != nil || len(wanted) == 0 {
		return nil, refuseArgs("[ERROR] no less than 1 items allowed [json-pointer:/files]")
	}
	var files []File
	var out []object
	for _, w := range wanted {
		f := c.files[w.ID]
		if f == nil || !f.uploaded || f.complete {
			return nil, refuse("file_not_found")
		}
		f.Title = w.Title
		if f.Title == "" {
			f.Title = f.Name
		}
		files = append(files, f.File)
		out = append(out, object{"id": f.ID, "title": f.Title})
	}
	if c.args["channel_id"] != "" {
		c.args["channel"] = c.args["channel_id"]
		ch, err := c.writableChannel()
		if err != nil {
			return nil, err
		}
		parent, err := c.threadParent(ch.ID)
		if err != nil {
			return nil, err
		}
		delete(c.args, "channel")
		m := c.addMessage(&message{Message: Message{Channel: ch.ID, Thread: parent, User: BotUser, Text: c.args["initial_comment"], Files: files}})
		c.sendMessageEvent(m)
	}
	for _, w := range wanted {
		c.files[w.ID].complete = true
	}
	return object{"files": out}, nil
}
