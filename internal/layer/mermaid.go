// SPDX-License-Identifier: Apache-2.0

package layer

import (
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Mermaid returns the layers as a Mermaid flowchart: a box for each wave, a node
// for each layer, an arrow from a layer to those that need it first. Environments
// stand in a node where layers differ in them.
func (m *Map) Mermaid() string {
	type node struct {
		layer string
		wave  int
		envs  []string
	}
	var nodes []*node
	byLayer, layerOf := map[string]*node{}, map[string]string{}
	for _, t := range m.Targets {
		n := byLayer[t.Layer]
		if n == nil {
			n = &node{layer: t.Layer, wave: t.Wave}
			byLayer[t.Layer] = n
			nodes = append(nodes, n)
		}
		n.envs = appendNew(n.envs, t.Env)
		layerOf[t.Dir] = t.Layer
	}
	differ := false
	ids := map[string]string{}
	for i, n := range nodes { // in the order of waves, as targets are
		sort.Strings(n.envs)
		differ = differ || !slices.Equal(n.envs, nodes[0].envs)
		ids[n.layer] = fmt.Sprintf("l%d", i)
	}
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for i, n := range nodes {
		if i == 0 || n.wave != nodes[i-1].wave {
			fmt.Fprintf(&b, "  subgraph w%d[\"wave %d\"]\n", n.wave, n.wave)
		}
		label := n.layer
		if differ {
			label += " (" + strings.Join(n.envs, ", ") + ")"
		}
		fmt.Fprintf(&b, "    %s[\"%s\"]\n", ids[n.layer], mermaidText(label))
		if i == len(nodes)-1 || n.wave != nodes[i+1].wave {
			b.WriteString("  end\n")
		}
	}
	for _, edge := range m.layerEdges(layerOf) {
		fmt.Fprintf(&b, "  %s --> %s\n", ids[edge[0]], ids[edge[1]])
	}
	return b.String()
}

// layerEdges returns what depends on what, upstream first, once for each pair of layers.
func (m *Map) layerEdges(layerOf map[string]string) [][2]string {
	var edges [][2]string
	seen := map[[2]string]bool{}
	for _, t := range m.Targets {
		for _, dir := range t.DependsOn {
			edge := [2]string{layerOf[dir], t.Layer}
			if edge[0] != "" && edge[0] != edge[1] && !seen[edge] {
				seen[edge] = true
				edges = append(edges, edge)
			}
		}
	}
	return edges
}

// mermaidText keeps a folder's name from ending its label or becoming markup.
func mermaidText(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\"#<>&`[]{}|\\;%", r) || r < ' ' {
			fmt.Fprintf(&b, "#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
