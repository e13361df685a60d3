//! Which operations a finding belongs to.
//!
//! What several operations share is compared once. Here stands who uses what, and so for which
//! operations a finding counts.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use fixedbitset::FixedBitSet;
use petgraph::Direction::Incoming;
use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::findings::Finding;
use super::paths::last_token;
use crate::upstream::spec;

/// Who is compared: the document, an operation, or something that operations share.
pub(super) type Origin = NodeIndex;

/// Some of the operations, by their number in the order of the document.
#[derive(Clone, Default)]
enum Subset {
    #[default]
    None,
    One(usize),
    Many(Rc<FixedBitSet>),
}

impl Subset {
    /// All that is in any of several.
    fn of_all<'s>(several: impl IntoIterator<Item = &'s Self>) -> Self {
        let mut several = several.into_iter().filter(|one| !matches!(one, Self::None));
        let Some(first) = several.next() else { return Self::None };
        let mut rest = several.peekable();
        if rest.peek().is_none() {
            return first.clone();
        }
        let mut all: FixedBitSet = first.numbers().collect();
        rest.for_each(|one| all.extend(one.numbers()));
        Self::Many(Rc::new(all))
    }

    fn numbers(&self) -> Box<dyn Iterator<Item = usize> + '_> {
        match self {
            Self::None => Box::new(std::iter::empty()),
            Self::One(one) => Box::new(std::iter::once(*one)),
            Self::Many(many) => Box::new(many.ones()),
        }
    }
}

/// Everything that is compared, with an edge from each user to what it uses.
pub(super) struct Origins {
    graph: DiGraph<Option<usize>, ()>,
    /// The pointer of each operation's path, and its method.
    operations: Vec<(String, &'static str)>,
}

impl Default for Origins {
    fn default() -> Self {
        let mut graph = DiGraph::new();
        graph.add_node(None);
        Self { graph, operations: Vec::new() }
    }
}

impl Origins {
    /// The document as a whole.
    pub(super) fn document() -> Origin {
        NodeIndex::new(0)
    }

    pub(super) fn operation(&mut self, path: &str, method: &'static str) -> Origin {
        self.operations.push((path.to_owned(), method));
        self.graph.add_node(Some(self.operations.len() - 1))
    }

    pub(super) fn shared(&mut self) -> Origin {
        self.graph.add_node(None)
    }

    pub(super) fn used(&mut self, what: Origin, by: Origin) {
        self.graph.add_edge(by, what, ());
    }

    /// Findings with the operations that they count for.
    pub(super) fn reported(self, findings: HashMap<Finding, BTreeSet<Origin>>) -> Vec<Finding> {
        // Those that use one another in a circle count for the same operations.
        let circles = kosaraju_scc(&self.graph);
        let mut circle_of = vec![0; self.graph.node_count()];
        for (circle, members) in circles.iter().enumerate() {
            members.iter().for_each(|member| circle_of[member.index()] = circle);
        }
        let mut counted: Vec<Subset> = vec![Subset::None; circles.len()];
        // Users come last, so from the last on they are known when they are needed.
        for circle in (0..circles.len()).rev() {
            let own: Vec<Subset> =
                circles[circle].iter().filter_map(|member| self.graph[*member].map(Subset::One)).collect();
            let users = circles[circle].iter().flat_map(|member| {
                self.graph.neighbors_directed(*member, Incoming).map(|user| circle_of[user.index()])
            });
            let users: BTreeSet<usize> = users.filter(|user| *user != circle).collect();
            counted[circle] = Subset::of_all(own.iter().chain(users.iter().map(|user| &counted[*user])));
        }
        let name = |number: usize| {
            let (path, method) = &self.operations[number];
            format!("{} {}", method.to_uppercase(), spec::key_of(last_token(path)))
        };
        // Many findings count for the same operations, whose names are held once.
        let mut named: HashMap<Vec<usize>, Rc<[String]>> = HashMap::new();
        let reported = |(finding, origins): (Finding, BTreeSet<Origin>)| {
            let circles: BTreeSet<usize> = origins.iter().map(|origin| circle_of[origin.index()]).collect();
            let all = Subset::of_all(circles.iter().map(|circle| &counted[*circle]));
            let numbers: Vec<usize> = all.numbers().collect();
            let operations = match named.get(&numbers) {
                Some(operations) => Rc::clone(operations),
                None => {
                    let operations: Rc<[String]> = numbers.iter().map(|number| name(*number)).collect();
                    Rc::clone(named.entry(numbers).or_insert(operations))
                }
            };
            Finding { operations, ..finding }
        };
        findings.into_iter().map(reported).collect()
    }
}
