/* SPDX-License-Identifier: Apache-2.0 */
package org.vfio4j.management.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The documents are a contract with scripts: a key may be added, none renamed or left out. */
class JsonTest {
    @Test
    void aProbeHasTheShapeThatScriptsRelyOn() {
        assertThat(Json.probe("kernel", List.of(Samples.mediated())).toPrettyString())
                .isEqualToNormalizingNewlines("""
                        {
                          "schema" : 1,
                          "host" : "kernel",
                          "devices" : [ {
                            "device" : "1f0f2d6a-0000-4000-8000-000000000007",
                            "kind" : "mdev",
                            "parent" : "mtty",
                            "type" : "mtty-1",
                            "driver" : "mtty",
                            "vfio_bound" : true,
                            "group" : 6,
                            "cdev" : "vfio6",
                            "in_use" : false,
                            "features" : {
                              "display-region" : {
                                "answer" : "no",
                                "way" : "open",
                                "evidence" : "QUERY_GFX_PLANE PROBE|REGION: ENOTTY"
                              },
                              "display-dmabuf" : {
                                "answer" : "no",
                                "way" : "sysfs",
                                "evidence" : "display_dmabuf: 0"
                              },
                              "edid" : {
                                "answer" : "no",
                                "way" : "open",
                                "evidence" : "GET_REGION_INFO: none of 9 regions"
                              },
                              "migration" : {
                                "answer" : "yes",
                                "flags" : [ "stop-copy", "p2p", "pre-copy" ],
                                "way" : "open",
                                "evidence" : "DEVICE_FEATURE GET MIGRATION: 0x7"
                              },
                              "dirty-tracking" : {
                                "answer" : "yes",
                                "way" : "debugfs",
                                "evidence" : "dirty-tracking"
                              }
                            },
                            "versions" : {
                              "host_driver" : "0.1",
                              "guest_driver" : null
                            }
                          } ]
                        }""");
    }

    @Test
    void anUnknownAnswerSaysWhyAndWhatToDo() {
        assertThat(Samples.document().at("/devices/1/features/edid"))
                .hasToString("{\"answer\":\"unknown\",\"way\":\"open\",\"evidence\":\"evidence\",\"cause\":\"in-use\","
                        + "\"because\":\"because\",\"remedy\":\"remedy\"}");
    }

    @Test
    void useIsTrueFalseOrNullAndNamesTheHolders() {
        assertThat(Samples.document().at("/devices/0/in_use").booleanValue()).isFalse();
        assertThat(Samples.document().at("/devices/0").has("holders")).isFalse();
        assertThat(Samples.document().at("/devices/1/in_use").booleanValue()).isTrue();
        assertThat(Samples.document().at("/devices/1/holders/0"))
                .hasToString("{\"pid\":4711,\"command\":\"qemu-system-x86\"}");
        assertThat(Samples.document().at("/devices/2/in_use").isNull()).isTrue();
    }

    @Test
    void whatIsNotKnownIsNullAndNotLeftOut() {
        assertThat(Samples.document().at("/devices/2").propertyNames())
                .containsExactly(
                        "device",
                        "kind",
                        "parent",
                        "type",
                        "driver",
                        "vfio_bound",
                        "group",
                        "cdev",
                        "in_use",
                        "features",
                        "versions");
        assertThat(Samples.document().at("/parents/1/types/0").propertyNames())
                .containsExactly("type", "name", "description", "available_instances", "device_api");
    }

    @Test
    void aListHasDevicesAndFindings() {
        assertThat(Json.list("tree", Samples.snapshot().inventory()).propertyNames())
                .containsExactly("schema", "host", "devices", "findings");
        assertThat(Json.list("tree", Samples.snapshot().inventory()).at("/findings/1"))
                .hasToString("{\"id\":\"tree-vanished\",\"severity\":\"warning\",\"subject\":\"/sys/x\","
                        + "\"text\":\"text\",\"remedy\":\"\"}");
    }

    @Test
    void typesStandUnderTheirParents() {
        assertThat(Json.types("tree", Samples.snapshot().inventory()).at("/parents/0"))
                .hasToString("{\"parent\":\"mtty\",\"driver\":null,\"driver_version\":null,"
                        + "\"types\":[{\"type\":\"mtty-1\",\"name\":\"Single port\","
                        + "\"description\":null,\"available_instances\":21,\"device_api\":\"vfio-pci\"}]}");
    }
}
