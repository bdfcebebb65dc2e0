// The tools that `make check` needs beside Go, git and make. Each folder with a go.mod pins one
// tool and everything it is made of; install is the program that puts them in place.
module github.com/layerbot/layerbot/tools

go 1.26
