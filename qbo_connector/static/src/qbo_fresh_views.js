import { Component, onMounted, xml } from "@odoo/owl";
import { rpcBus } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * Lets the browser forget the views that it keeps on disk.
 *
 * Those of documents change when the first company of the user is connected, which is where this widget stands.
 */
export class QboFreshViews extends Component {
    static template = xml`<span class="d-none"/>`;
    static props = { ...standardWidgetProps };

    setup() {
        onMounted(() => rpcBus.trigger("CLEAR-CACHES", "get_views"));
    }
}

registry.category("view_widgets").add("qbo_fresh_views", { component: QboFreshViews });
