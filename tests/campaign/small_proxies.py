"""Stand-ins for every part of a campaign but the proxies, which are real and small."""

from dataclasses import dataclass

from molgfn.proxy.proxy import Proxy
from molgfn.proxy.settings import ProxySettings
from molgfn.proxy.train import train_proxy
from tests.campaign.stand_ins import StandIns

PROXY = "members = 2\nepochs = 1\nfine_tune_epochs = 1"
SETTINGS = ProxySettings(members=2, epochs=1, fine_tune_epochs=1, width=8, steps=1)


@dataclass
class RealProxies(StandIns):
    """Stand-ins, but for the proxies."""

    settings: ProxySettings = SETTINGS

    def load_proxy(self, folder):
        return Proxy.load(folder)

    def train_proxy(self, smiles, values, *, initial, **others):
        begin = Proxy.load(initial) if initial else None
        return train_proxy(smiles, values, settings=self.settings, initial=begin, **others)
