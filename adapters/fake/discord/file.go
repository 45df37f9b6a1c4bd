package discord

import (
	"net/http"
	"strconv"
)

// File is an attachment.
type File struct {
	ID, Name    string
	Type        string // "text/markdown"
	Description string
	URL         string // where it can be fetched
	Content     []byte
}

// file is one that can be fetched.
type file struct{ File }

// storeFile stores a file, and gives it an id and an address. The lock is held.
func (d *Discord) storeFile(channel string, f File) File {
	f.ID, f.Name = d.newID(), cleanName(f.Name)
	if f.Type == "" {
		f.Type = http.DetectContentType(f.Content)
	}
	f.URL = d.URL + "/attachments/" + channel + "/" + f.ID + "/" + f.Name
	d.files[f.ID] = &file{f}
	return f
}

func (f File) payload() object {
	out := object{
		"id": f.ID, "filename": f.Name, "size": len(f.Content), "url": f.URL, "proxy_url": f.URL, "content_type": f.Type,
	}
	if f.Description != "" {
		out["description"] = f.Description
	}
	return out
}

// serveFile serves an attachment to whoever knows the address.
func (d *Discord) serveFile(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	f := d.files[r.PathValue("id")]
	d.mu.Unlock()
	if f == nil || f.Name != r.PathValue("name") {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.Type)
	w.Header().Set("Content-Length", strconv.Itoa(len(f.Content)))
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "sandbox")
	_, _ = w.Write(f.Content)
}
