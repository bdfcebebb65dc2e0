// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"
)

// thousand is 1,000 layers of 4 environments in the shape of a landing zone: each
// reads the state of an earlier one and calls two modules.
func thousand() *memory {
	m := &memory{content: map[string][]byte{"common.auto.tfvars": []byte("org = \"acme\"\nregion = \"eu-west-1\"\n")}, links: map[string]string{}}
	for i := range 20 {
		m.content[fmt.Sprintf("modules/m%d/main.tf", i)] = []byte("variable \"name\" {}\nresource \"terraform_data\" \"x\" {\n  input = var.name\n}\n")
	}
	for i := range 1000 {
		dir := fmt.Sprintf("infra/%03d-layer%d/terraform", i, i)
		m.content[dir+"/main.tf"] = fmt.Appendf(nil, `terraform {
  required_version = ">= 1.10"
  backend "s3" {}
}
provider "aws" {
  region = var.region
}
module "a" {
  source = "../../../modules/m%d"
  name   = "${var.org}-%d"
}
module "b" {
  source = "../../../modules/m%d"
  name   = local.name
}
data "terraform_remote_state" "up" {
  backend = "s3"
  config = {
    bucket = "state-${var.environment}"
    key    = "layer%d/terraform.tfstate"
  }
}
`, i%20, i, (i+7)%20, i/2)
		m.content[dir+"/variables.tf"] = []byte("variable \"org\" {}\nvariable \"region\" {}\nvariable \"environment\" {}\nlocals {\n  name = \"${var.org}-${var.environment}\"\n  doc  = file(\"${path.module}/doc.json\")\n}\n")
		m.content[dir+"/doc.json"] = []byte("{}")
		m.content[dir+"/resources.tf"] = resources(20)
		for _, env := range []string{"dev", "test", "stage", "prod"} {
			m.content[dir+"/environments/"+env+"/00-config.auto.tfvars"] = fmt.Appendf(nil, "environment = %q\n", env)
			m.content[dir+"/environments/"+env+"/backend-config.hcl"] = fmt.Appendf(nil, "bucket = \"state-%s\"\nkey = \"layer%d/terraform.tfstate\"\n", env, i)
		}
	}
	return m
}

func resources(n int) []byte {
	var text []byte
	for i := range n {
		text = fmt.Appendf(text, "resource \"aws_s3_bucket\" \"b%d\" {\n  bucket = \"${local.name}-%d\"\n  tags = {\n    Name = \"b%d\"\n    Env  = var.environment\n  }\n}\n", i, i, i)
	}
	return text
}

// sampled is a tree whose list of paths is made once, as git's are.
type sampled struct {
	*memory
	paths []string
}

func (s sampled) Paths() []string { return s.paths }

func peakHeap(run func()) uint64 {
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	stop, done := make(chan struct{}), make(chan uint64)
	go func() {
		peak := before.HeapAlloc
		for {
			runtime.ReadMemStats(&now)
			peak = max(peak, now.HeapAlloc)
			select {
			case <-stop:
				done <- peak - before.HeapAlloc
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	run()
	close(stop)
	return <-done
}

func BenchmarkDiscover1000x4(b *testing.B) {
	tree := thousand()
	files := sampled{tree, tree.Paths()}
	run := func() {
		m, err := Discover(context.Background(), files, Options{})
		if err != nil || len(m.Targets) != 4000 || len(m.Warnings) != 0 {
			b.Fatalf("%d targets, %d warnings, %v", len(m.Targets), len(m.Warnings), err)
		}
	}
	peak := peakHeap(run) // on its own: looking at the heap stops the program each time
	b.ReportAllocs()
	for b.Loop() {
		run()
	}
	b.ReportMetric(float64(peak)/1e6, "peak-MB")
}

// BenchmarkDiscoverConfigured is the same with the files named in the configuration.
func BenchmarkDiscoverConfigured(b *testing.B) {
	tree := thousand()
	files := sampled{tree, tree.Paths()}
	opts := Options{
		Include:     []string{"infra/[0-9]*"},
		VarFiles:    []string{"common.auto.tfvars", "{dir}/environments/{env}/*.tfvars"},
		BackendFile: "{dir}/environments/{env}/backend-config.hcl",
	}
	for b.Loop() {
		if m := discover(b, files, opts); len(m.Targets) != 4000 || len(m.Targets[0].VarFiles) != 2 || m.Targets[0].Problem != nil {
			b.Fatalf("%d targets, first %+v", len(m.Targets), m.Targets[0])
		}
	}
}

func BenchmarkAffected5000(b *testing.B) {
	tree := thousand()
	m := discover(b, tree, Options{})
	changed := tree.Paths()[:5000]
	b.ReportAllocs()
	for b.Loop() {
		if got := AffectedBy(m, m, changed); len(got) != 4000 {
			b.Fatalf("%d affected", len(got))
		}
	}
}

// BenchmarkInputs is what a digest asks for, discovery not counted.
func BenchmarkInputs(b *testing.B) {
	tree := thousand()
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		m := discover(b, tree, Options{})
		b.StartTimer()
		for _, t := range m.Targets {
			if len(m.Inputs(t)) < 7 || len(m.Shared(t)) < 5 {
				b.Fatal(m.Inputs(t), m.Shared(t))
			}
		}
	}
}

// BenchmarkUpstreams asks for those of every target, once where states are read and once where numbers alone give
// the order.
func BenchmarkUpstreams(b *testing.B) {
	for name, far := range map[string]int{"states": 9, "numbers": 999} {
		tree := thousand()
		if name == "numbers" {
			for file, content := range tree.content {
				tree.content[file] = bytes.ReplaceAll(content, []byte("terraform_remote_state"), []byte("none"))
			}
		}
		m := discover(b, tree, Options{})
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				longest := 0
				for _, t := range m.Targets {
					longest = max(longest, len(m.Upstreams(t.ID())))
				}
				if longest < far {
					b.Fatal(longest)
				}
			}
		})
	}
}
