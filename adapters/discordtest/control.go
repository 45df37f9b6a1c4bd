package discordtest

import "net/http"

func (d *Discord) controls(*http.ServeMux) {}
