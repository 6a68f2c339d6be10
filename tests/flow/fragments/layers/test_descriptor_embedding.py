import numpy as np
import torch

from molgfn.flow.fragments.layers.descriptor_embedding import OWN, DescriptorEmbedding

DESCRIPTORS = np.array([[1, 0, 2], [1, 0, 2], [-1, 3, 0]], dtype=np.float32)


def test_rows_that_are_described_alike_start_alike() -> None:
    torch.manual_seed(0)
    table = DescriptorEmbedding(DESCRIPTORS, width=64)()
    assert table.shape == (3, 64)
    alike, unlike = (table[0] - table[1]).square().mean().sqrt(), (table[0] - table[2]).square().mean().sqrt()
    assert alike < 3 * OWN < unlike


def test_mean_and_spread_are_those_asked_for() -> None:
    torch.manual_seed(0)
    table = DescriptorEmbedding(DESCRIPTORS, width=4096, mean=1.0, spread=0.3)().detach()
    assert abs(float(table.mean()) - 1.0) < 0.05
    assert abs(float(table.std()) - 0.3) < 0.05


def test_each_row_can_go_its_own_way() -> None:
    torch.manual_seed(0)
    embedding = DescriptorEmbedding(DESCRIPTORS, width=8)
    optimiser = torch.optim.Adam(embedding.parameters(), lr=0.05)
    wanted = torch.tensor([[1.0], [-1.0], [0.0]]).expand(3, 8)
    for _ in range(300):
        loss = (embedding() - wanted).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert float(loss.detach()) < 1e-3


def test_descriptors_are_kept_with_the_weights() -> None:
    one, other = DescriptorEmbedding(DESCRIPTORS, 8), DescriptorEmbedding(DESCRIPTORS * 0, 8)
    other.load_state_dict(one.state_dict())
    assert torch.equal(one(), other())


def test_a_held_table_is_made_once_and_has_no_gradient() -> None:
    embedding = DescriptorEmbedding(DESCRIPTORS, 8)
    table = embedding()
    with embedding.held():
        assert embedding() is embedding()
        assert not embedding().requires_grad
        assert torch.equal(embedding(), table)
    assert embedding().requires_grad
