package io.gantry.cni.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.gantry.cni.plugin.TestCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ResultJsonTest {

  private static final String FULL =
      """
      {'cniVersion':'1.1.0',
       'interfaces':[{'name':'br0','mac':'02:00:00:00:00:01','mtu':1400},
                     {'name':'eth0','mac':'02:00:00:00:00:02','mtu':1400,'sandbox':'/proc/7/fd/3'}],
       'ips':[{'address':'10.1.2.3/24','gateway':'10.1.2.1','interface':1},
              {'address':'fd00::3/64'}],
       'routes':[{'dst':'0.0.0.0/0','gw':'10.1.2.1','mtu':1300,'priority':5,'table':4294967295}],
       'dns':{'nameservers':['10.1.0.1'],'domain':'local','search':['a','b'],'options':['ndots:5']}}
      """;

  @Test
  void everyFieldComesBack() throws Exception {
    CniResult result = ResultJson.read(TestCalls.json(FULL));
    assertThat(ResultJson.write(result, CniVersion.V1_1_0).toString())
        .isEqualTo(TestCalls.json(FULL).toString());
    assertThat(result.containerIps()).hasSize(2);
    assertThat(result.interfaceOf(result.ips().getFirst()))
        .extracting(CniResult.Interface::name)
        .isEqualTo("eth0");
  }

  @Test
  void interfacesThatAreSocketsOrDevicesKeepWhatNamesThem() throws Exception {
    String json =
        "{'cniVersion':'1.1.0','interfaces':[{'name':'net1','sandbox':'/n',"
            + "'socketPath':'/run/vhost.sock','pciID':'0000:00:1f.6'}],'ips':[],'routes':[],'dns':{}}";
    CniResult result = ResultJson.read(TestCalls.json(json));
    assertThat(ResultJson.write(result, CniVersion.V1_1_0)).isEqualTo(TestCalls.json(json));
    assertThat(result.interfaces().getFirst().in("/other"))
        .isEqualTo(
            new CniResult.Interface("net1", "", 0, "/other", "/run/vhost.sock", "0000:00:1f.6"));
    assertThat(ResultJson.write(result, CniVersion.V1_0_0).at("/interfaces/0").has("pciID"))
        .isFalse();
  }

  @ParameterizedTest
  @EnumSource(CniVersion.class)
  void eachVersionHasItsFields(CniVersion version) throws Exception {
    CniResult result = ResultJson.read(TestCalls.json(FULL));
    var json = ResultJson.write(result, version);
    assertThat(json.path("cniVersion").asText()).isEqualTo(version.text());
    boolean old = version == CniVersion.V0_3_1 || version == CniVersion.V0_4_0;
    assertThat(json.at("/ips/0/version").asText()).isEqualTo(old ? "4" : "");
    assertThat(json.at("/ips/1/version").asText()).isEqualTo(old ? "6" : "");
    assertThat(json.at("/interfaces/0").has("mtu")).isEqualTo(version == CniVersion.V1_1_0);
    assertThat(json.at("/routes/0").has("priority")).isEqualTo(version == CniVersion.V1_1_0);
    assertThat(ResultJson.read(json).ips()).isEqualTo(result.ips());
  }

  @Test
  void addressesOnTheNodesInterfacesAreNotTheContainers() throws Exception {
    CniResult result =
        ResultJson.read(
            TestCalls.json(
                "{'interfaces':[{'name':'br0'}],'ips':[{'address':'10.1.2.1/24','interface':0}]}"));
    assertThat(result.containerIps()).isEmpty();
  }

  @Test
  void aResultThatCannotBeIsRefusedByField() {
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> ResultJson.read(TestCalls.json("{'ips':[{'address':'10.1.2.1'}]}")))
        .withMessage("field ips[0].address must be ADDRESS/LENGTH, not \"10.1.2.1\"");
    assertThatExceptionOfType(CniException.class)
        .isThrownBy(() -> ResultJson.read(TestCalls.json("{'routes':[{'gw':'10.1.2.1'}]}")))
        .withMessage("field routes[0].dst is missing");
  }
}
