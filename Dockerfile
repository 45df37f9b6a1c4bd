# aidesk as an image: one static program, no shell, not root.
#
#   docker build -t aidesk .
#   docker run --rm -it -v aidesk:/var/lib/aidesk aidesk init
#   docker run -d --name aidesk --restart unless-stopped --read-only \
#     --cap-drop ALL --security-opt no-new-privileges --memory 1g --pids-limit 256 -v aidesk:/var/lib/aidesk aidesk
#
# Everything is in the one volume: config.yaml, the store, its key. With Slack's mode
# http let http.listen be 0.0.0.0:8080, and publish the port to your proxy alone.

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/aidesk ./cmd/aidesk \
 && install -d -m 0700 /out/data

# With root certificates and time zones, and nothing else.
FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /usr/local/go/lib/time/zoneinfo.zip /usr/share/zoneinfo.zip
ENV ZONEINFO=/usr/share/zoneinfo.zip
COPY --from=build /out/aidesk /usr/bin/aidesk
COPY --from=build --chown=65532:65532 /out/data /var/lib/aidesk
USER 65532:65532
WORKDIR /var/lib/aidesk
VOLUME /var/lib/aidesk
EXPOSE 8080
# SIGTERM lets what is being worked come to its end: give it 20 seconds (docker stop -t 20).
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/bin/aidesk"]
CMD ["serve", "--config", "/var/lib/aidesk/config.yaml"]
