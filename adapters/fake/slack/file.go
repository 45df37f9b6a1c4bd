package slack

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// File is one that the app uploaded or a user attached.
type File struct {
	ID, Name, Title string
	Type            string // its media type; empty: text/plain
	User            string // who it is of; empty: the app's
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
	private := s.URL + "/files-pri/" + s.Team.ID + "-" + f.ID + "/"
	name := url.PathEscape(strings.ToLower(f.Name))
	return object{
		"id": f.ID, "created": 1_700_000_000, "timestamp": 1_700_000_000, "name": f.Name, "title": f.Title, "size": len(f.Content),
		"user": cmp.Or(f.User, s.Team.BotUser), "user_team": s.Team.ID, "mode": "hosted", "is_external": false, "external_type": "", "is_public": true,
		"filetype": strings.TrimPrefix(path.Ext(f.Name), "."), "mimetype": cmp.Or(f.Type, "text/plain"), "file_access": "visible",
		"url_private": private + name, "url_private_download": private + "download/" + name, "permalink": s.URL + "/files/" + f.ID,
	}
}

// stub is what Slack says of a file in a channel that is shared with another organisation:
// the rest is told by files.info.
func (f File) stub(team string) object {
	return object{
		"id": f.ID, "created": 0, "timestamp": 0, "mode": "file_access", "file_access": "check_file_info", "user": f.User,
		"user_team": team,
	}
}

func fileInfo(c *call) (object, error) {
	f := c.files[c.args["file"]]
	if f == nil || !f.complete {
		return nil, refuse("file_not_found")
	}
	return object{"file": f.payload(c.Slack)}, nil
}

// attach stores what a user attaches. The lock is held.
func (s *Slack) attach(user string, files []File) []File {
	out := slices.Clone(files)
	for i := range out {
		out[i].ID, out[i].User = s.newID("F"), user
		out[i].Title = cmp.Or(out[i].Title, out[i].Name)
		s.files[out[i].ID] = &upload{File: out[i], length: len(out[i].Content), uploaded: true, complete: true}
	}
	return out
}

// servePrivate gives a file to the app, whose token has to come in the header and to have
// the scope for it. Everybody else sees the page where people log in, with status 200.
func (s *Slack) servePrivate(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, id, _ := strings.Cut(r.PathValue("id"), "-")
	f := s.files[id]
	given, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	record := Request{Method: "file", Args: map[string]string{"id": id}, Token: given, Status: http.StatusOK}
	defer func() { s.addRequest(record); s.mu.Changed() }()
	switch fault := s.faults.Take("file"); {
	case fault != nil:
		record.Status = fault.Status
		w.WriteHeader(fault.Status)
	case s.tokenFault(given) != "" || !s.App.granted("files:read"):
		record.Error = "not_allowed"
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<!DOCTYPE html><title>Sign in | Slack</title>")
	case f == nil || !f.complete:
		record.Status, record.Error = http.StatusNotFound, "file_not_found"
		http.NotFound(w, r)
	default:
		w.Header().Set("Content-Type", cmp.Or(f.Type, "text/plain"))
		w.Header().Set("Content-Disposition", "attachment")
		_, _ = w.Write(f.Content)
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
		m := c.addMessage(&message{Message: Message{Channel: ch.ID, Thread: parent, User: c.Team.BotUser, Text: c.args["initial_comment"], Files: files}})
		c.sendMessageEvent(m)
	}
	for _, w := range wanted {
		c.files[w.ID].complete = true
	}
	return object{"files": out}, nil
}
