"""How a molecule could be made: the reactions that join its blocks, and the reactants."""
