// SPDX-License-Identifier: Apache-2.0

// Package fake is a Terraform provider that makes up what a cloud would answer, and answers the same each time.
//
// What it knows of a type beyond its schema stands in tables: ids and ARNs (shapes), defaults, what forces a replacement,
// and the checks that the real provider and AWS make (rules). It holds no state: Terraform's own is all there is.
package fake

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/hashicorp/go-plugin"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5"
	"github.com/hashicorp/terraform-plugin-go/tfprotov5/tf5server"
	"github.com/layerbot/layerbot/infra/test/standin/internal/schema"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

const maxMessage = 256 << 20

// Serve serves the provider whose name this program bears, until Terraform is done with it.
func Serve() error {
	binary, err := os.Executable()
	if err != nil {
		return err
	}
	dir := filepath.Dir(binary)
	name := "aws"
	if strings.HasPrefix(filepath.Base(binary), "terraform-provider-helm") {
		name = "helm"
	}
	settings, err := readSettings(dir)
	if err != nil {
		return err
	}
	store, err := load(dir, name, settings)
	if err != nil {
		return err
	}
	serve(name, New(name, store, settings), store.Bytes())
	return nil
}

// load opens the schemas of a provider, with those large types that a configuration names.
func load(dir, name string, settings *Settings) (*schema.Store, error) {
	raw, err := os.ReadFile(filepath.Join(dir, name+".pb"))
	if err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "large", name+"_*.pb.gz"))
	if err != nil {
		return nil, err
	}
	source := sources()
	for _, file := range files {
		typ, _, _ := strings.Cut(filepath.Base(file), ".")
		if !settings.Large && !bytes.Contains(source, []byte(`"`+typ+`"`)) {
			continue
		}
		more, err := unzip(file)
		if err != nil {
			return nil, err
		}
		raw = append(raw, more...)
	}
	return schema.Open(raw)
}

func unzip(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

func serve(name string, server tfprotov5.ProviderServer, schemas []byte) {
	plugin.Serve(&plugin.ServeConfig{
		// What Terraform and its providers greet each other with: no secret.
		HandshakeConfig: plugin.HandshakeConfig{
			ProtocolVersion:  5,
			MagicCookieKey:   "TF_PLUGIN_MAGIC_COOKIE",
			MagicCookieValue: "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2",
		},
		Plugins: plugin.PluginSet{"provider": &tf5server.GRPCProviderPlugin{
			Name:         "registry.terraform.io/hashicorp/" + name,
			GRPCProvider: func() tfprotov5.ProviderServer { return server },
		}},
		GRPCServer: func(opts []grpc.ServerOption) *grpc.Server {
			return grpc.NewServer(append(opts, grpc.MaxRecvMsgSize(maxMessage), grpc.MaxSendMsgSize(maxMessage),
				grpc.UnaryInterceptor(answerSchemas(schemas)))...)
		},
	})
}

// answerSchemas answers GetProviderSchema with bytes made when the stand-in was installed: a message without fields
// keeps those that it does not know, and writes them out as they are.
func answerSchemas(schemas []byte) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, req any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		if !strings.HasSuffix(info.FullMethod, "/GetSchema") {
			return handler(ctx, req)
		}
		answer := &emptypb.Empty{}
		answer.ProtoReflect().SetUnknown(schemas)
		return answer, nil
	}
}
