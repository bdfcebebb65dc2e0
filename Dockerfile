# SPDX-License-Identifier: Apache-2.0

# The bot with what it runs: git. Terraform, OpenTofu and scanners are installed when they are needed, and verified, or
# come with an image that builds on this one. goreleaser builds it, from the binaries of the release.
FROM alpine:3.23.5@sha256:fd791d74b68913cbb027c6546007b3f0d3bc45125f797758156952bc2d6daf40
RUN apk add --no-cache ca-certificates git && adduser -D -u 10001 layerbot
ARG TARGETPLATFORM
COPY $TARGETPLATFORM/bot /usr/local/bin/bot
USER 10001
WORKDIR /workspace
# It is no server: it ends when its work is done.
HEALTHCHECK NONE
ENTRYPOINT ["bot"]
